//! One thing for many missions.

use mission_control_kernel::MissionId;
use serde::Deserialize;

use crate::{Body, Word};

/// The most missions that one request may name: what a store does while its caller waits.
pub const MAX_BULK_IDS: usize = 1_000;

/// `POST /api/missions/bulk`: a choice, or the token of a preview alone.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// cancel, retry, discard, priority or approve.
    pub action: Option<String>,
    /// The new priority; with the action `priority` alone.
    pub priority: Option<String>,
    /// Why; with the actions `cancel` and `discard` alone.
    pub reason: Option<String>,
    /// These missions, 1 to [`MAX_BULK_IDS`].
    pub ids: Option<Vec<Word<MissionId>>>,
    /// Or those that a list with these filters has.
    pub filter: Option<BulkFilter>,
    /// Whether nothing is done yet.
    pub dry_run: Option<bool>,
    /// What a dry run gave: carries out just what it showed.
    pub preview_token: Option<String>,
}

/// The filters of the list of missions, by the same names and in the same words: several values of
/// one are separated by commas.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkFilter {
    /// Any of these statuses.
    pub status: Option<String>,
    /// Any of these priorities.
    pub priority: Option<String>,
    /// Any of these kinds.
    pub kind: Option<String>,
    /// Any of these kinds of agent.
    pub agent_type: Option<String>,
    /// Any of these agents.
    pub agent_id: Option<String>,
    /// Any of these models.
    pub model: Option<String>,
    /// Children of any of these.
    pub parent_id: Option<String>,
    /// In the tree of any of these.
    pub root_id: Option<String>,
    /// Only those without a parent.
    pub roots: Option<bool>,
    /// Steps of any of these runs.
    pub run_id: Option<String>,
    /// Made from any of these templates.
    pub template: Option<String>,
    /// Any of these complexities.
    pub complexity: Option<String>,
    /// With any of these labels.
    pub label: Option<String>,
    /// Text in title, description or error.
    pub q: Option<String>,
    /// Made then or later.
    pub created_after: Option<String>,
    /// Made before then.
    pub created_before: Option<String>,
    /// In the dead letter, or not.
    pub dead_letter: Option<bool>,
    /// Waiting for approval, or not.
    pub held: Option<bool>,
    /// Failed like any of these.
    pub fingerprint: Option<String>,
}

impl BulkFilter {
    /// The filters that are given, as the parameters of a list.
    #[must_use]
    pub fn parameters(self) -> Vec<(&'static str, String)> {
        let flag = |given: Option<bool>| given.map(|flag| flag.to_string());
        let all = [
            ("status", self.status),
            ("priority", self.priority),
            ("kind", self.kind),
            ("agent_type", self.agent_type),
            ("agent_id", self.agent_id),
            ("model", self.model),
            ("parent_id", self.parent_id),
            ("root_id", self.root_id),
            ("roots", flag(self.roots)),
            ("run_id", self.run_id),
            ("template", self.template),
            ("complexity", self.complexity),
            ("label", self.label),
            ("q", self.q),
            ("created_after", self.created_after),
            ("created_before", self.created_before),
            ("dead_letter", flag(self.dead_letter)),
            ("held", flag(self.held)),
            ("fingerprint", self.fingerprint),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

impl Body for Bulk {}
