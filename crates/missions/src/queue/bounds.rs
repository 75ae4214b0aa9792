//! How far one claim looks and takes, the same in every store.

/// Lanes that one look is about, a probe each: some milliseconds together. With more of them the
/// next look goes on where this one stopped, and priority across lanes holds within one rotation.
pub const LANES_LOOKED_AT: usize = 2_000;

/// The most missions that one look lists, over all lanes; with more lanes than this each shows one.
pub const LISTED: usize = 4_000;

/// A lane that was chosen may be shallower than it seemed, or taken from by another process: the
/// choice is made anew this often at most, then the agents ask again.
pub const ROUNDS: usize = 4;

/// The most missions that one choice takes for all its agents together: one transaction stays short.
pub const MOST_TAKEN: u32 = 500;

/// Running missions of one fairness key are counted this far. Keys with more than that are equally
/// busy, and the one that was served longest ago comes first.
pub const FAIRNESS_COUNTED: u32 = 1_000;

/// Positions are counted this far; who is behind that need not know how far.
pub const POSITION_LIMIT: u32 = 1_000;

/// Agents are told apart by the lanes that they suit. An explanation asks for the place that so many
/// of them have for a mission, those first that suit the fewest lanes: the others have a longer way
/// to it.
pub(super) const AGENTS_ASKED: usize = 16;

/// Looks at a lane that one explanation takes, for all agents together: some milliseconds.
pub(super) const LOOKS: usize = 200_000;

/// How many missions of each lane an explanation lists.
#[must_use]
pub fn explained_depth(lanes: usize) -> usize {
    (LISTED / lanes.max(1)).clamp(1, POSITION_LIMIT as usize)
}

/// How many missions of each lane are listed: as many as are wanted, while that stays a short list.
#[must_use]
pub fn listed_depth(wanted: u32, lanes: usize) -> usize {
    let fair = (LISTED / lanes.max(1)).max(1);
    usize::try_from(wanted.clamp(1, MOST_TAKEN)).unwrap_or(fair).min(fair)
}
