//! Places in the journal, as viewers keep them.

use mission_control::Epoch;
use sha2::{Digest, Sha256};

use crate::Signer;

const PURPOSE: &str = "live";

/// Enough of a digest to tell the epochs of one service apart.
const EPOCH_BYTES: usize = 8;

/// A place in one history of the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) seq: i64,
    epoch: [u8; EPOCH_BYTES],
}

impl Place {
    pub(super) fn new(epoch: &Epoch, seq: i64) -> Self {
        Self { seq, epoch: digest(epoch) }
    }

    /// Whether it lies in this history; another one's places mean nothing here.
    pub(super) fn is_of(&self, epoch: &Epoch) -> bool {
        self.epoch == digest(epoch)
    }

    pub(super) fn seal(&self, signer: &Signer) -> String {
        let mut bytes = self.epoch.to_vec();
        bytes.extend(self.seq.to_be_bytes());
        signer.seal(PURPOSE, &bytes)
    }

    pub(super) fn open(signer: &Signer, text: &str) -> Option<Self> {
        let bytes = signer.open(PURPOSE, text)?;
        let (epoch, seq) = bytes.split_first_chunk()?;
        Some(Self { seq: i64::from_be_bytes(seq.try_into().ok()?), epoch: *epoch })
    }
}

fn digest(epoch: &Epoch) -> [u8; EPOCH_BYTES] {
    let digest = Sha256::digest(format!("{}\0{}", epoch.store, epoch.number));
    *digest.first_chunk().expect("a SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_and_known_to_be_of_its_own_history() {
        let epoch = |store: &str, number| Epoch { store: store.to_owned(), number };
        let signer = Signer::new(b"key");
        let place = Place::new(&epoch("a", 1), 42);
        assert_eq!(Place::open(&signer, &place.seal(&signer)), Some(place));
        assert!(place.is_of(&epoch("a", 1)));
        assert!(!place.is_of(&epoch("a", 2)) && !place.is_of(&epoch("b", 1)));
        assert_eq!(Place::open(&signer, "MS40Mg"), None);
    }
}
