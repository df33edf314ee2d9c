//! Dots as a PNG file: true colour, eight bits, one compressed block.
//!
//! A picture is drawn larger than it is asked for; here every square of dots becomes one, so that slanted
//! lines and letters have soft edges. The same dots give the same bytes on every machine.

use super::DrawError;

/// How hard the dots are compressed, 0 to 10.
const LEVEL: u8 = 6;

/// Returns a picture of `width` times `height` from one that is `fine` times as wide and as high.
pub(super) fn shrunk(dots: &[u8], (width, height): (u32, u32), fine: u32) -> Vec<u8> {
    let (width, height, fine) = (width as usize, height as usize, fine as usize);
    let mut small = Vec::with_capacity(width * height * 3);
    let row = width * fine * 3;
    for y in 0..height {
        for x in 0..width {
            for part in 0..3 {
                let square = (0..fine * fine).map(|i| {
                    let (down, right) = (i / fine, i % fine);
                    let at = (y * fine + down) * row + (x * fine + right) * 3 + part;
                    dots.get(at).copied().map_or(0, u32::from)
                });
                let (sum, count) = (square.sum::<u32>(), (fine * fine) as u32);
                small.push(((sum + count / 2) / count) as u8);
            }
        }
    }
    small
}

/// Returns dots, three bytes each, as a PNG file.
pub(super) fn file(dots: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, DrawError> {
    let row = width as usize * 3;
    if row == 0 || dots.len() != row * height as usize {
        return Err(DrawError::Drawing("the dots do not fill the picture".into()));
    }
    let mut lines = Vec::with_capacity(dots.len() + height as usize);
    let mut above = vec![0_u8; row];
    for line in dots.chunks_exact(row) {
        // Filter "up": most lines of a chart are like the one above.
        lines.push(2);
        lines.extend(line.iter().zip(&above).map(|(dot, up)| dot.wrapping_sub(*up)));
        above.copy_from_slice(line);
    }
    let mut head = Vec::with_capacity(13);
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &head);
    chunk(&mut file, *b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(&lines, LEVEL));
    chunk(&mut file, *b"IEND", &[]);
    Ok(file)
}

/// Adds a chunk: length, name, content, checksum of the last two.
fn chunk(file: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    file.extend((content.len() as u32).to_be_bytes());
    file.extend(name);
    file.extend(content);
    let mut sum = crc32fast::Hasher::new();
    sum.update(&name);
    sum.update(content);
    file.extend(sum.finalize().to_be_bytes());
}
