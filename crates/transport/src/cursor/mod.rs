//! Places in lists and feeds as opaque text that only we can have written.

mod events;
mod list;
mod names;
mod preview;
mod runs;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub(crate) use events::EventsCursor;
pub(crate) use list::ListCursor;
pub(crate) use names::{NamesCursor, TicksCursor};
pub(crate) use preview::PreviewToken;
pub(crate) use runs::{RunsCursor, WorkflowsCursor};

/// Half of HMAC-SHA256 (RFC 2104, section 5 allows it): a cursor is no credential, and it stands in
/// every URL of a list.
const TAG_BYTES: usize = 16;

/// Longer than any cursor we write.
const LONGEST: usize = 256;

/// Signs cursors and recognises them. Every replica needs the same key.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// With the secret key of the service.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// Writes a cursor. `purpose` keeps the cursors of one list from being read by another.
    pub(crate) fn seal(&self, purpose: &str, payload: &[u8]) -> String {
        let mut bytes = payload.to_vec();
        let tag = self.mac(purpose, payload).finalize().into_bytes();
        bytes.extend_from_slice(&tag[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor that [`Self::seal`] wrote for the same purpose; `None` for anything else.
    pub(crate) fn open(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        if text.len() > LONGEST {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let tag = bytes.split_off(bytes.len().checked_sub(TAG_BYTES)?);
        self.mac(purpose, &bytes).verify_truncated_left(&tag).ok()?;
        Some(bytes)
    }

    /// A digest against which nobody without the key can check what they guess.
    pub(crate) fn digest(&self, purpose: &str, payload: &[u8]) -> [u8; 32] {
        self.mac(purpose, payload).finalize().into_bytes().into()
    }

    fn mac(&self, purpose: &str, payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(payload);
        mac
    }
}

impl std::fmt::Debug for Signer {
    /// Hides the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_only_as_it_was_written_and_where_it_was_meant() {
        let signer = Signer::new(b"a key of at least thirty-two bytes");
        let text = signer.seal("list", b"place");
        assert_eq!(signer.open("list", &text).as_deref(), Some(&b"place"[..]));
        assert_eq!(signer.open("feed", &text), None, "of another list");
        assert_eq!(Signer::new(b"another key").open("list", &text), None);
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            let read = signer.open("list", &other);
            // The last digit carries bits that stand for nothing; those must be zero.
            assert_eq!(read, None, "changed at {at}: {other}");
        }
    }

    #[test]
    fn what_is_no_cursor_is_none() {
        let signer = Signer::new(b"key");
        let long = "A".repeat(LONGEST + 1);
        for text in ["", "A", "AAAA", "====", "ä", "a b", &long] {
            assert_eq!(signer.open("list", text), None, "{text:?}");
        }
    }
}
