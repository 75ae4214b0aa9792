//! What missions are sent in.

use mission_control_kernel::MissionId;
use serde::ser::{Serialize as _, Serializer};

use crate::{Time, Word};

use super::Mission;

/// One mission.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct MissionReply<'a> {
    /// It.
    pub mission: Mission<'a>,
    /// When this was said.
    pub timestamp: Time,
}

/// A page of missions.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct MissionList<'a> {
    /// In the order asked for.
    pub missions: Vec<Mission<'a>>,
    /// How many there are in all.
    pub total: u64,
    /// When this was said.
    pub timestamp: Time,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<&'a str>,
    /// Whether there are more than `total`.
    pub total_capped: bool,
}

/// The missions under way.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct RunningReply<'a> {
    /// The newest of them.
    pub missions: Vec<Mission<'a>>,
    /// All of them, also those that are not shown.
    pub count: u64,
    /// When this was said.
    pub timestamp: Time,
}

/// A mission that has been made.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Created<'a> {
    /// Its id.
    pub mission_id: Word<MissionId>,
    /// It.
    pub mission: Mission<'a>,
    /// [`Deed::Created`].
    #[serde(serialize_with = "sentence")]
    pub message: Deed,
    /// When this was said.
    pub timestamp: Time,
}

/// Missions that have been made together.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct BatchCreated {
    /// In the order of the request.
    pub mission_ids: Vec<Word<MissionId>>,
}

/// A mission after something was done to it.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct ActionReply<'a> {
    /// What was done.
    #[serde(serialize_with = "sentence")]
    pub message: Deed,
    /// The mission as it is now.
    pub mission: Mission<'a>,
    /// When this was said.
    pub timestamp: Time,
}

/// What was done to a mission; on the wire a sentence, the first six as seed A's server says them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Made.
    Created,
    /// Started from outside.
    Started,
    /// Its progress was reported.
    Progressed,
    /// Completed.
    Completed,
    /// Failed.
    Failed,
    /// Called off.
    Cancelled,
    /// Put back into the queue.
    Retried,
    /// Taken out of the dead letter.
    Discarded,
    /// Held.
    Held,
    /// Let go after being held.
    Approved,
    /// Taken from its worker.
    TakenBack,
    /// Edited.
    Edited,
}

impl Deed {
    /// The sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Created => "Mission created successfully",
            Self::Started => "Mission started successfully",
            Self::Progressed => "Mission progress updated successfully",
            Self::Completed => "Mission completed successfully",
            Self::Failed => "Mission failed successfully",
            Self::Cancelled => "Mission cancelled successfully",
            Self::Retried => "Mission retried successfully",
            Self::Discarded => "Mission discarded successfully",
            Self::Held => "Mission held successfully",
            Self::Approved => "Mission approved successfully",
            Self::TakenBack => "Mission taken back successfully",
            Self::Edited => "Mission updated successfully",
        }
    }
}

fn sentence<S: Serializer>(deed: &Deed, serializer: S) -> Result<S::Ok, S::Error> {
    deed.sentence().serialize(serializer)
}
