//! Where the next page of a mission's journal begins.

use mission_control::kernel::MissionId;

use super::Signer;

const PURPOSE: &str = "events";

/// A place in the journal of one mission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct EventsCursor {
    /// The version of the last entry that was given.
    pub(crate) after: i64,
}

impl EventsCursor {
    pub(crate) fn seal(self, signer: &Signer, mission: MissionId) -> String {
        signer.seal(&purpose(mission), &self.after.to_be_bytes())
    }

    pub(crate) fn open(signer: &Signer, mission: MissionId, text: &str) -> Option<Self> {
        let bytes = signer.open(&purpose(mission), text)?;
        Some(Self { after: i64::from_be_bytes(bytes.try_into().ok()?) })
    }
}

fn purpose(mission: MissionId) -> String {
    format!("{PURPOSE}/{mission}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_belongs_to_its_mission() {
        let signer = Signer::new(b"key");
        let [one, other] = [1, 2].map(|digit| {
            format!("019126f4-5d40-7000-8000-00000000000{digit}").parse::<MissionId>().unwrap()
        });
        let text = EventsCursor { after: 7 }.seal(&signer, one);
        assert_eq!(EventsCursor::open(&signer, one, &text), Some(EventsCursor { after: 7 }));
        assert_eq!(EventsCursor::open(&signer, other, &text), None);
    }
}
