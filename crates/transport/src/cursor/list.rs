//! Where the next page of a list of missions begins.

use mission_control::kernel::MissionId;
use mission_control::missions::{ListPlace, Sort, SortKey};
use uuid::Uuid;

use super::Signer;

const PURPOSE: &str = "missions";

/// A place in a list that is sorted in one way; it means nothing in another order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ListCursor {
    pub(crate) sort: Sort,
    pub(crate) place: ListPlace,
}

impl ListCursor {
    pub(crate) fn seal(&self, signer: &Signer) -> String {
        let Self { sort, place } = self;
        let mut bytes = Vec::with_capacity(26);
        bytes.extend([sort.key as u8, u8::from(sort.descending)]);
        bytes.extend(place.value.to_be_bytes());
        bytes.extend(place.id.uuid().as_bytes());
        signer.seal(PURPOSE, &bytes)
    }

    pub(crate) fn open(signer: &Signer, text: &str) -> Option<Self> {
        let bytes = signer.open(PURPOSE, text)?;
        let (&[key, descending], rest) = bytes.split_first_chunk()?;
        let (value, id) = rest.split_first_chunk()?;
        let key = *SortKey::ALL.get(usize::from(key))?;
        let sort = Sort { key, descending: descending == 1 };
        let id = MissionId::new(Uuid::from_slice(id).ok()?);
        Some(Self { sort, place: ListPlace { value: i64::from_be_bytes(*value), id } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_what_it_wrote_in_every_order() {
        let signer = Signer::new(b"key");
        let id = "019126f4-5d40-7000-8000-000000000001".parse().unwrap();
        for key in SortKey::ALL.iter().copied() {
            for (descending, value) in [(true, -1), (false, i64::MAX)] {
                let sort = Sort { key, descending };
                let cursor = ListCursor { sort, place: ListPlace { value, id } };
                assert_eq!(ListCursor::open(&signer, &cursor.seal(&signer)), Some(cursor));
            }
        }
        assert_eq!(ListCursor::open(&signer, &signer.seal(PURPOSE, b"short")), None);
    }
}
