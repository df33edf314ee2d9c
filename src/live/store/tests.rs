//! A store on a disk that can be cut anywhere, and that can be full.

use super::*;
use crate::wire::{Method, Part, Request, Value};
use proptest::prelude::*;
use std::io;
use std::sync::{Arc, Mutex};

/// A disk in memory, with room for so many bytes.
#[derive(Clone, Debug)]
struct Memory(Arc<Mutex<(Vec<u8>, usize)>>);

impl Memory {
    fn new(room: usize) -> Self {
        Self(Arc::new(Mutex::new((Vec::new(), room))))
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().0.clone()
    }

    fn room(&self, room: usize) {
        self.0.lock().unwrap().1 = room;
    }
}

fn full() -> FileError {
    let source = io::Error::from(io::ErrorKind::StorageFull);
    FileError::Other { path: "store".into(), action: "saved", source }
}

impl Disk for Memory {
    fn append(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let (file, room) = &mut *self.0.lock().unwrap();
        // A full disk takes what fits and then nothing.
        let fits = bytes.len().min(room.saturating_sub(file.len()));
        file.extend(&bytes[..fits]);
        if fits < bytes.len() { Err(full()) } else { Ok(()) }
    }

    fn cut(&mut self, length: u64) -> Result<(), FileError> {
        self.0.lock().unwrap().0.truncate(length as usize);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let (file, room) = &mut *self.0.lock().unwrap();
        if bytes.len() > *room {
            return Err(full());
        }
        *file = bytes.to_vec();
        Ok(())
    }
}

const AFTER: Rules = Rules { limit: 2_000, flush: Flush::AfterBind };

fn value(number: u32) -> Entry {
    let property = if number.is_multiple_of(2) { "level" } else { "flow" };
    let value = Value::Number(f64::from(number));
    Entry::Value(Push { thing: "pump".into(), property: property.into(), value, time_ms: number.into() })
}

fn message(number: u32) -> Entry {
    let request = Request::new(Method::Post, "pump", Part::Event, format!("Event{number}"), None);
    Entry::Message { request, count: 1 }
}

fn open(disk: &Memory, rules: Rules) -> (Store, Opened) {
    Store::of(Box::new(disk.clone()), &disk.bytes(), rules).unwrap().expect("a store")
}

fn entries(store: &Store) -> Vec<Entry> {
    store.kept.values().map(|kept| kept.entry.clone()).collect()
}

#[test]
fn what_is_stored_is_there_after_a_restart_and_leaves_when_it_is_answered() {
    let disk = Memory::new(usize::MAX);
    let (mut store, opened) = open(&disk, AFTER);
    assert_eq!(opened, Opened::default());
    let put = store.put(vec![value(1), message(2), value(3)]);
    assert_eq!((put.stored, put.held, put.dropped, put.waiting), (3, 0, 0, 3));
    drop(store);
    let (mut store, opened) = open(&disk, AFTER);
    assert_eq!(opened, Opened { waiting: 3, torn: 0, damaged: 0 });
    assert_eq!(entries(&store), [value(1), message(2), value(3)]);
    let values = store.values();
    let update = Entry::Message { request: update("pump".into(), &values), count: 2 };
    assert_eq!((values.len(), update.pushes()), (2, values), "a message has the same values");
    let batches = store.batches(&BTreeSet::new());
    let shape: Vec<_> = batches.iter().map(|batch| (batch.count, batch.numbers.clone())).collect();
    assert_eq!(shape, [(1, vec![1]), (2, vec![0, 2])], "messages each, values of a thing together");
    assert!(store.batches(&BTreeSet::from([0, 1, 2])).is_empty());
    store.answered(&[1, 0]).unwrap();
    drop(store);
    let (mut store, _) = open(&disk, AFTER);
    assert_eq!(entries(&store), [value(3)]);
    let put = store.put(vec![value(4)]);
    assert_eq!((put.waiting, put.trouble), (2, None));
    store.answered(&[2, 3]).unwrap();
    assert_eq!(disk.bytes(), record::HEADER, "an empty store has nothing but its header");
}

#[test]
fn a_value_has_the_size_that_was_measured_and_the_newest_is_dropped() {
    let Entry::Value(push) = value(2) else { unreachable!() };
    let payload = Entry::Value(push).payload().unwrap();
    assert_eq!(entry::size(Kind::Value, &payload), 38, "about 39 bytes, as the C SDK");
    let (mut store, _) = open(&Memory::new(usize::MAX), Rules { limit: 3 * 38, ..AFTER });
    let put = store.put((0..10).map(|number| value(2 * number)).collect());
    assert_eq!((put.stored, put.dropped, put.bytes), (3, 7, 114));
    assert_eq!(entries(&store), [value(0), value(2), value(4)]);
}

#[test]
fn before_bind_each_value_goes_alone_and_a_large_update_is_cut_at_the_limit_of_receivers() {
    let rules = Rules { limit: 4 << 20, flush: Flush::BeforeBind };
    let (mut store, _) = open(&Memory::new(usize::MAX), rules);
    store.put((0..5).map(value).collect());
    assert_eq!(store.batches(&BTreeSet::new()).len(), 5);
    let (mut store, _) = open(&Memory::new(usize::MAX), Rules { flush: Flush::AfterBind, ..rules });
    let long = |number| {
        let value = Value::string("x".repeat(300_000));
        Entry::Value(Push { thing: "pump".into(), property: format!("p{number}"), value, time_ms: 0 })
    };
    store.put((0..7).map(long).collect());
    let batches = store.batches(&BTreeSet::new());
    assert_eq!(batches.iter().map(|batch| batch.count).collect::<Vec<_>>(), [3, 3, 1]);
    for Batch { request, count, .. } in batches {
        assert_eq!(Entry::Message { request, count }.unsendable(), None);
    }
    let value = Value::string("x".repeat(1 << 20));
    let endless =
        Entry::Value(Push { thing: "pump".into(), property: "p".into(), value: value.clone(), time_ms: 0 });
    let put = store.put(vec![endless]);
    assert!(put.refused.len() == 1 && put.refused[0].contains("the receiver takes"), "{put:?}");
    assert_eq!(put.stored, 0);
}

#[test]
fn a_full_disk_is_said_values_stay_in_memory_and_reach_it_when_there_is_room() {
    let disk = Memory::new(100);
    let (mut store, _) = open(&disk, AFTER);
    assert_eq!(store.put(vec![value(0)]).stored, 1);
    let sound = disk.bytes();
    let put = store.put(vec![value(2), value(4)]);
    assert_eq!((put.stored, put.held, put.dropped, put.waiting), (0, 2, 0, 3));
    assert!(put.trouble.is_some());
    assert_eq!(disk.bytes(), sound, "half a record is taken away again");
    assert_eq!(store.left(), Left { stored: 1, lost: 2 });
    disk.room(1_000);
    let put = store.put(vec![value(6)]);
    assert_eq!((put.stored, put.held, put.trouble), (1, 0, None));
    assert_eq!(store.left(), Left { stored: 4, lost: 0 });
    drop(store);
    let (mut store, _) = open(&disk, AFTER);
    assert_eq!(entries(&store), [value(0), value(2), value(4), value(6)]);
    disk.room(0);
    store.answered(&[1]).unwrap_err();
    drop(store);
    let (mut store, _) = open(&disk, AFTER);
    assert_eq!(store.waiting(), 4, "it comes twice, and is not missing");
    store.answered(&[0, 1, 2, 3]).unwrap();
    assert_eq!(disk.bytes(), record::HEADER, "a full disk lets a file be cut");
}

#[test]
fn damage_in_the_middle_costs_what_it_hits() {
    let disk = Memory::new(usize::MAX);
    let (mut store, _) = open(&disk, AFTER);
    let mut ends = vec![disk.bytes().len()];
    for number in 0..4 {
        store.put(vec![value(number)]);
        ends.push(disk.bytes().len());
    }
    disk.0.lock().unwrap().0[ends[1] + 15] ^= 1;
    let (store, opened) = open(&disk, AFTER);
    assert_eq!(entries(&store), [value(0), value(2), value(3)]);
    assert_eq!((opened.torn, opened.damaged), (0, ends[2] - ends[1]));
    let (_, opened) = open(&disk, AFTER);
    assert_eq!(opened, Opened { waiting: 3, ..Opened::default() }, "it is told once");
}

#[test]
fn another_file_is_left_alone_and_two_agents_do_not_share_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let mut log = Log::open(&path, 100).unwrap().0;
    Log::append(&mut log, b"my notes").unwrap();
    drop(log);
    let error = Store::open(&path, AFTER).unwrap_err();
    assert!(error.to_string().contains("no store of values"), "{error}");
    assert_eq!(Log::open(&path, 100).unwrap().1, b"my notes");
    let path = folder.path().join("store");
    let (mut first, _) = Store::open(&path, AFTER).unwrap();
    first.put(vec![value(1)]);
    let error = Store::open(&path, AFTER).unwrap_err();
    assert!(matches!(error, OpenError::File(FileError::InUse { .. })), "{error}");
    drop(first);
    assert_eq!(Store::open(&path, AFTER).unwrap().1.waiting, 1);
}

#[test]
fn a_store_that_lives_long_does_not_grow() {
    let disk = Memory::new(usize::MAX);
    let (mut store, _) = open(&disk, AFTER);
    store.put(vec![value(0)]);
    for number in 1..5_000 {
        store.put(vec![value(number)]);
        store.answered(&[u64::from(number)]).unwrap();
    }
    assert!(disk.bytes().len() < 2 * WASTE as usize, "{}", disk.bytes().len());
    assert_eq!(open(&disk, AFTER).1, Opened { waiting: 1, ..Opened::default() });
}

/// What happens to a store.
#[derive(Clone, Debug)]
enum Step {
    Put(Vec<bool>),
    /// Answers the entries at these places among those that are kept.
    Answer(Vec<prop::sample::Index>),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => prop::collection::vec(any::<bool>(), 1..5).prop_map(Step::Put),
        2 => prop::collection::vec(any::<prop::sample::Index>(), 1..4).prop_map(Step::Answer),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Wherever the file is cut, everything is there that had been promised when it was that long, in its order, and
    /// nothing else.
    #[test]
    fn whatever_is_torn_off_what_was_promised_is_there(steps in steps()) {
        let disk = Memory::new(usize::MAX);
        let (mut store, _) = open(&disk, AFTER);
        let mut made = 0;
        // What was promised at each length since the file was written anew.
        let mut promised = vec![(disk.bytes().len(), entries(&store))];
        for step in steps {
            let before = disk.bytes().len();
            match step {
                Step::Put(kinds) => for is_value in kinds {
                    made += 1;
                    store.put(vec![if is_value { value(made) } else { message(made) }]);
                    promised.push((disk.bytes().len(), entries(&store)));
                },
                Step::Answer(places) => {
                    let kept: Vec<u64> = store.kept.keys().copied().collect();
                    if kept.is_empty() {
                        continue;
                    }
                    let numbers: Vec<u64> = places.iter().map(|place| *place.get(&kept)).collect();
                    store.answered(&numbers).unwrap();
                    if disk.bytes().len() < before {
                        promised.clear();
                    }
                    promised.push((disk.bytes().len(), entries(&store)));
                }
                Step::Reopen => {
                    let waiting = entries(&store);
                    let (again, opened) = open(&disk, AFTER);
                    prop_assert_eq!((opened.torn, opened.damaged), (0, 0));
                    prop_assert_eq!(&entries(&again), &waiting);
                    store = again;
                }
            }
        }
        let whole = disk.bytes();
        for cut in 0..=whole.len() {
            let torn = Memory::new(usize::MAX);
            torn.0.lock().unwrap().0 = whole[..cut].to_vec();
            let (again, opened) = open(&torn, AFTER);
            let expected = promised.iter().rev().find(|(length, _)| *length <= cut);
            let (length, expected) = expected.map_or((0, Vec::new()), |(length, all)| (*length, all.clone()));
            prop_assert_eq!(entries(&again), expected, "cut at {}", cut);
            prop_assert_eq!((opened.torn, opened.damaged), (cut - length, 0));
            // And it goes on from there.
            prop_assert_eq!(open(&torn, AFTER).1.torn, 0);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let disk = Memory::new(usize::MAX);
        disk.0.lock().unwrap().0 = [record::HEADER, &bytes].concat();
        let (store, opened) = open(&disk, AFTER);
        prop_assert!(store.kept.is_empty());
        prop_assert_eq!(opened.torn, bytes.len());
    }
}
