//! Where the next page of a list of missions begins.

use mission_control::kernel::{MissionId, ProjectId};
use mission_control::missions::{ListPlace, Sort, SortKey};
use uuid::Uuid;

use super::Signer;

const PURPOSE: &str = "missions";

/// A place in a project's list that is sorted in one way; it means nothing in another order, and
/// nothing elsewhere: it says when something was made, or what it has cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ListCursor {
    pub(crate) sort: Sort,
    pub(crate) place: ListPlace,
}

impl ListCursor {
    pub(crate) fn seal(&self, signer: &Signer, project: &ProjectId) -> String {
        let Self { sort, place } = self;
        let mut bytes = Vec::with_capacity(26);
        bytes.extend([sort.key as u8, u8::from(sort.descending)]);
        bytes.extend(place.value.to_be_bytes());
        bytes.extend(place.id.uuid().as_bytes());
        signer.seal(&purpose(project), &bytes)
    }

    pub(crate) fn open(signer: &Signer, project: &ProjectId, text: &str) -> Option<Self> {
        let bytes = signer.open(&purpose(project), text)?;
        let (&[key, descending], rest) = bytes.split_first_chunk()?;
        let (value, id) = rest.split_first_chunk()?;
        let key = *SortKey::ALL.get(usize::from(key))?;
        let sort = Sort { key, descending: descending == 1 };
        let id = MissionId::new(Uuid::from_slice(id).ok()?);
        Some(Self { sort, place: ListPlace { value: i64::from_be_bytes(*value), id } })
    }
}

fn purpose(project: &ProjectId) -> String {
    format!("{PURPOSE}/{project}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_what_it_wrote_in_every_order() {
        let signer = Signer::new(b"key");
        let project: ProjectId = "lab".parse().unwrap();
        let id = "019126f4-5d40-7000-8000-000000000001".parse().unwrap();
        for key in SortKey::ALL.iter().copied() {
            for (descending, value) in [(true, -1), (false, i64::MAX)] {
                let sort = Sort { key, descending };
                let cursor = ListCursor { sort, place: ListPlace { value, id } };
                let text = cursor.seal(&signer, &project);
                assert_eq!(ListCursor::open(&signer, &project, &text), Some(cursor));
                let elsewhere = ProjectId::default_project();
                assert_eq!(ListCursor::open(&signer, &elsewhere, &text), None);
            }
        }
        let short = signer.seal(&purpose(&project), b"short");
        assert_eq!(ListCursor::open(&signer, &project, &short), None);
    }
}
