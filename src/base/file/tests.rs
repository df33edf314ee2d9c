//! Files as a user's disk has them: missing, huge, protected, full, linked.

use super::*;
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

const LIMIT: u64 = 1_000;

/// Checks that an error is a sentence that ends with the path, and returns it.
fn sentence(error: &FileError, path: &Path) -> String {
    let text = error.to_string();
    assert!(text.ends_with(&format!("`{}`", path.display())) && text.contains(". "), "{text}");
    text
}

fn put(path: &Path, bytes: &[u8]) {
    File::create(path).and_then(|mut file| file.write_all(bytes)).unwrap();
}

fn bytes(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).unwrap();
    bytes
}

/// Returns the names in a folder, sorted: a temporary file left behind would show.
fn names(folder: &Path) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

/// Returns a folder with `old.json`, which holds `old`.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let old = folder.path().join("old.json");
    put(&old, b"old");
    (folder, old)
}

#[test]
fn reads_up_to_the_limit() {
    let (_folder, path) = folder();
    put(&path, &vec![b'x'; 1_000]);
    assert_eq!(read_text(&path, LIMIT).unwrap().len(), 1_000);
    put(&path, &vec![b'x'; 1_001]);
    let error = read_text(&path, LIMIT).unwrap_err();
    assert!(matches!(error, FileError::TooLarge { size: Some(1_001), limit: LIMIT, .. }), "{error:?}");
    assert!(sentence(&error, &path).contains("1\u{2009}001 bytes"));
}

#[cfg(unix)]
#[test]
fn reading_stops_at_the_limit_where_a_file_has_no_end() {
    let zero = Path::new("/dev/zero");
    let error = read_text(zero, LIMIT).unwrap_err();
    assert!(matches!(error, FileError::TooLarge { size: None, .. }), "{error:?}");
    sentence(&error, zero);
    assert_eq!(read_text(Path::new("/dev/null"), LIMIT).unwrap(), "");
}

#[test]
fn what_cannot_be_read_says_why() {
    let (folder, path) = folder();
    let missing = folder.path().join("missing.json");
    let error = read_text(&missing, LIMIT).unwrap_err();
    assert!(matches!(error, FileError::NotFound { .. }), "{error:?}");
    sentence(&error, &missing);
    let error = read_text(folder.path(), LIMIT).unwrap_err();
    assert!(matches!(error, FileError::IsFolder { .. }), "{error:?}");
    sentence(&error, folder.path());
    let error = read_text(&path.join("inside.json"), LIMIT).unwrap_err();
    assert!(matches!(error, FileError::NotAFolder { .. } | FileError::NotFound { .. }), "{error:?}");
}

#[test]
fn bytes_that_are_not_text_are_located() {
    let (_folder, path) = folder();
    put(&path, b"{\n  \"a\": \"\xC3\xA4\xFF\"");
    let error = read_text(&path, LIMIT).unwrap_err();
    assert!(matches!(error, FileError::NotUtf8 { offset: 12, line: 2, hint: "", .. }), "{error:?}");
    sentence(&error, &path);
    put(&path, b"\xFF\xFE{\0}\0");
    assert!(sentence(&read_text(&path, LIMIT).unwrap_err(), &path).contains("UTF-16"));
    put(&path, b"ends inside \xE2\x82");
    let error = read_text(&path, LIMIT).unwrap_err();
    assert!(matches!(error, FileError::NotUtf8 { offset: 12, .. }), "{error:?}");
}

#[test]
fn writes_new_files_and_replaces_old_ones() {
    let (folder, path) = folder();
    write_atomic(&path, b"new").unwrap();
    assert_eq!(bytes(&path), b"new");
    write_atomic(&folder.path().join("second.json"), b"").unwrap();
    assert_eq!(names(folder.path()), ["old.json", "second.json"]);
    assert_eq!(folder_of(Path::new("bare.json")), Path::new("."));
    assert_eq!(folder_of(Path::new("a/b.json")), Path::new("a"));
}

#[test]
fn what_cannot_be_written_says_why_and_changes_nothing() {
    let (folder, path) = folder();
    let error = write_atomic(folder.path(), b"new").unwrap_err();
    assert!(matches!(error, FileError::IsFolder { .. }), "{error:?}");
    let missing = folder.path().join("no/where");
    let error = write_atomic(&missing.join("x.json"), b"new").unwrap_err();
    assert!(matches!(error, FileError::NoFolder { .. }), "{error:?}");
    sentence(&error, &missing);
    let error = write_atomic(&path.join("x.json"), b"new").unwrap_err();
    assert!(matches!(error, FileError::NotAFolder { .. } | FileError::NoFolder { .. }), "{error:?}");
    assert_eq!((bytes(&path).as_slice(), names(folder.path()).len()), (&b"old"[..], 1));
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let (folder, path) = folder();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions.clone()).unwrap();
    let error = write_atomic(&path, b"new").unwrap_err();
    assert!(matches!(error, FileError::ReadOnlyFile { .. }), "{error:?}");
    sentence(&error, &path);
    assert_eq!((bytes(&path).as_slice(), names(folder.path()).len()), (&b"old"[..], 1));
}

#[test]
fn small_things_say_why_they_fail() {
    let (folder, path) = folder();
    let deep = folder.path().join("a/b");
    create_dir_all(&deep).and_then(|()| create_dir_all(&deep)).unwrap();
    for blocked in [path.clone(), path.join("sub")] {
        let error = create_dir_all(&blocked).unwrap_err();
        assert!(matches!(error, FileError::NotAFolder { .. } | FileError::NoFolder { .. }), "{error:?}");
    }
    assert!(exists(&path).unwrap() && exists(&deep).unwrap() && !exists(&deep.join("x")).unwrap());
    remove(&path).and_then(|()| remove(&path)).unwrap();
    assert!(!exists(&path).unwrap());
    assert!(matches!(remove(&deep).unwrap_err(), FileError::IsFolder { .. }));
    assert!(deep.is_dir());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn what_is_written_is_read(first in "\\PC{0,300}", second in "\\PC{0,300}") {
        let (folder, path) = folder();
        for text in [first, second] {
            write_atomic(&path, text.as_bytes()).unwrap();
            prop_assert_eq!(read_text(&path, 10_000).unwrap(), text);
        }
        prop_assert_eq!(names(folder.path()).len(), 1);
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
    use std::process::Command;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    /// Returns whether permission bits are ignored, as they are for the administrator.
    fn is_root(folder: &Path) -> bool {
        let owner = fs::metadata(folder).unwrap().uid();
        if owner == 0 {
            println!("skipped: permission bits do not stop the administrator, who runs this test");
        }
        owner == 0
    }

    #[test]
    fn permissions_carry_over() {
        let (folder, path) = folder();
        for bits in [0o600, 0o640, 0o755, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(bits)).unwrap();
            write_atomic(&path, b"new").unwrap();
            assert_eq!(mode(&path), bits);
        }
        let new = folder.path().join("new.json");
        write_atomic(&new, b"new").unwrap();
        let plain = folder.path().join("plain.json");
        put(&plain, b"");
        assert_eq!(mode(&new), mode(&plain), "as the umask gives them");
    }

    #[test]
    fn the_owner_carries_over_where_it_may() {
        let (folder, path) = folder();
        if fs::metadata(folder.path()).unwrap().uid() != 0 {
            println!("skipped: only the administrator may give a file to somebody else");
            return;
        }
        std::os::unix::fs::chown(&path, Some(1), Some(2)).unwrap();
        write_atomic(&path, b"new").unwrap();
        let meta = fs::metadata(&path).unwrap();
        assert_eq!((meta.uid(), meta.gid(), bytes(&path).as_slice()), (1, 2, &b"new"[..]));
    }

    #[test]
    fn links_stay_links() {
        let (folder, path) = folder();
        let sub = folder.path().join("sub");
        create_dir_all(&sub).unwrap();
        let (relative, chain, dangling) = (sub.join("relative"), sub.join("chain"), sub.join("dangling"));
        symlink("../old.json", &relative).unwrap();
        symlink("relative", &chain).unwrap();
        symlink("../fresh.json", &dangling).unwrap();
        write_atomic(&chain, b"new").unwrap();
        write_atomic(&dangling, b"fresh").unwrap();
        assert_eq!(bytes(&path), b"new");
        assert_eq!(bytes(&folder.path().join("fresh.json")), b"fresh");
        assert!(
            [relative, chain, dangling].iter().all(|link| fs::symlink_metadata(link).unwrap().is_symlink())
        );
        assert_eq!(names(&sub).len(), 3);
        let circle = sub.join("circle");
        symlink("circle", &circle).unwrap();
        sentence(&write_atomic(&circle, b"new").unwrap_err(), &circle);
        assert!(read_text(&circle, LIMIT).is_err());
    }

    #[test]
    fn devices_are_written_to_and_not_replaced() {
        let null = Path::new("/dev/null");
        write_atomic(null, b"new").unwrap();
        assert!(fs::metadata(null).unwrap().file_type().is_char_device());
        let full = Path::new("/dev/full");
        if !full.exists() {
            println!("skipped: this system has no /dev/full");
            return;
        }
        let error = write_atomic(full, b"new").unwrap_err();
        assert!(matches!(error, FileError::DiskFull { .. }), "{error:?}");
        sentence(&error, full);
        assert!(fs::metadata(full).unwrap().file_type().is_char_device());
    }

    #[test]
    fn without_permission_nothing_is_read_or_written() {
        let (folder, path) = folder();
        if is_root(folder.path()) {
            return;
        }
        let protect =
            |path: &Path, bits| fs::set_permissions(path, fs::Permissions::from_mode(bits)).unwrap();
        protect(&path, 0o200);
        assert!(matches!(read_text(&path, LIMIT).unwrap_err(), FileError::ReadDenied { .. }));
        protect(&path, 0o600);
        protect(folder.path(), 0o500);
        let error = write_atomic(&path, b"new").unwrap_err();
        let removal = remove(&path).unwrap_err();
        protect(folder.path(), 0o700);
        assert!(matches!(error, FileError::WriteDenied { .. }), "{error:?}");
        assert!(matches!(removal, FileError::WriteDenied { .. }), "{removal:?}");
        assert_eq!((bytes(&path).as_slice(), names(folder.path()).len()), (&b"old"[..], 1));
    }

    #[test]
    fn a_folder_that_cannot_be_listed_can_be_saved_to() {
        let (folder, path) = folder();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o300)).unwrap();
        let result = write_atomic(&path, b"new");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        result.unwrap();
        assert_eq!(bytes(&path), b"new");
    }

    /// A small disk in memory, gone at the end of the test.
    struct Disk(TempDir);

    impl Disk {
        /// Returns a disk of 64 KiB, or `None` where the test may not have one.
        fn mounted() -> Option<Self> {
            let disk = Self(tempdir().unwrap());
            let mounted = disk.mount(&["-t", "tmpfs", "-o", "size=64k", "tmpfs"]);
            if !mounted {
                println!("skipped: no small disk can be mounted here, which takes the administrator");
            }
            mounted.then_some(disk)
        }

        fn mount(&self, arguments: &[&str]) -> bool {
            let output = Command::new("mount").args(arguments).arg(self.0.path()).output();
            output.is_ok_and(|output| output.status.success())
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(self.0.path()).output();
        }
    }

    #[test]
    fn a_full_disk_keeps_the_old_file() {
        let Some(disk) = Disk::mounted() else { return };
        let path = disk.0.path().join("old.json");
        put(&path, b"old");
        let error = write_atomic(&path, &vec![b'x'; 1 << 20]).unwrap_err();
        assert!(matches!(error, FileError::DiskFull { .. }), "{error:?}");
        sentence(&error, &path);
        assert_eq!((bytes(&path).as_slice(), names(disk.0.path()).len()), (&b"old"[..], 1));
        write_atomic(&path, b"new").unwrap();
        assert_eq!(bytes(&path), b"new");
    }

    #[test]
    fn a_read_only_disk_keeps_the_old_file() {
        let Some(disk) = Disk::mounted() else { return };
        let path = disk.0.path().join("old.json");
        put(&path, b"old");
        assert!(disk.mount(&["-o", "remount,ro"]));
        for target in [path.clone(), disk.0.path().join("new.json")] {
            let error = write_atomic(&target, b"new").unwrap_err();
            assert!(matches!(error, FileError::ReadOnlyDisk { .. }), "{error:?}");
            sentence(&error, &target);
        }
        assert!(matches!(remove(&path).unwrap_err(), FileError::ReadOnlyDisk { .. }));
        assert_eq!(bytes(&path), b"old");
    }
}
