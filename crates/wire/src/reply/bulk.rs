//! One thing for many missions.

use mission_control_kernel::MissionId;

use crate::{Time, Word};

use super::Mission;

/// `POST /api/missions/bulk` as a dry run.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct BulkPreview<'a> {
    /// How many missions it would be done to.
    pub count: u64,
    /// Of these, in each status.
    pub breakdown: Breakdown,
    /// The first five of them.
    pub sample: Vec<Mission<'a>>,
    /// What to send to have just this carried out.
    pub preview_token: &'a str,
    /// Until when.
    pub expires_at: Time,
    /// Of the ids that were sent, those that are not there.
    pub missing: Vec<Word<MissionId>>,
    /// Whether more missions fit than one preview holds.
    pub more: bool,
    /// What to do about the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'a str>,
    /// When this was said.
    pub timestamp: Time,
}

/// How many missions there are in each status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Breakdown {
    /// Waiting.
    pub pending: u64,
    /// Under way.
    pub running: u64,
    /// Done.
    pub completed: u64,
    /// Failed for good.
    pub failed: u64,
    /// Called off.
    pub cancelled: u64,
}

/// `POST /api/missions/bulk` when it was carried out.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct BulkReply<'a> {
    /// How many missions it was done to.
    pub done: u64,
    /// How many were so already.
    pub unchanged: u64,
    /// How many were left alone, since they are no longer as they were shown.
    pub skipped: u64,
    /// How many refused it.
    pub refused: u64,
    /// One for each mission, in the order in which they were chosen.
    pub outcomes: Vec<BulkOutcome<'a>>,
    /// When this was said.
    pub timestamp: Time,
}

/// What became of one mission.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize)]
pub struct BulkOutcome<'a> {
    /// Which.
    pub mission_id: Word<MissionId>,
    /// done, unchanged, skipped or refused.
    pub outcome: &'a str,
    /// Why it was not done, to branch on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
    /// Why it was not done, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
}
