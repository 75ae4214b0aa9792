//! Reading a small text file that might be a large or endless one.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The whole of the file as text.
///
/// # Errors
/// What the system says, `FileTooLarge` beyond `max_bytes`, `InvalidData` for what is not UTF-8.
pub(crate) fn read_text(path: &Path, max_bytes: u64) -> io::Result<String> {
    read_open(&File::open(path)?, max_bytes)
}

/// The rest of an open file as text; errors as of [`read_text`].
pub(crate) fn read_open(file: &File, max_bytes: u64) -> io::Result<String> {
    let mut text = String::new();
    file.take(max_bytes + 1).read_to_string(&mut text)?;
    if text.len() as u64 > max_bytes {
        let sentence = format!("it is larger than {max_bytes} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, sentence));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_file_is_given_up_at_the_limit() {
        let refused = read_text(Path::new("/dev/zero"), 1_000).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::FileTooLarge);
    }
}
