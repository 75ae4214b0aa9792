//! Rows: plain values between a table and the domain. A row that is no domain value is corrupt,
//! never a default.

mod attempt;
mod checkpoint;
mod entrant;
mod entry;
mod group;
mod lists;
mod mission;
mod person;
mod preview;
mod read;
mod words;

pub(crate) use attempt::{AttemptRow, under_way};
pub(crate) use checkpoint::{checkpoint_from_text, checkpoint_to_text};
#[cfg(feature = "postgres")]
pub(crate) use entrant::NOTED_AT_ONCE;
pub(crate) use entrant::{
    COLUMNS_OF_TOKEN, LastUses, MOST, SWEPT_AT_ONCE, SessionRow, TokenRow, WhoColumns, by_session,
    by_token,
};
pub(crate) use entry::{EntryRow, entry_from_row, entry_to_row};
pub(crate) use group::{GroupRow, analysis};
pub(crate) use mission::{LeaseRow, MissionRow};
pub(crate) use person::{
    ChangeRow, GrantColumns, Judged, JudgedRow, UserRow, judge, may_end_administration, password,
};
pub(crate) use preview::PreviewRow;
pub(crate) use read::{BEHIND_ALL_IDS, Reader, at, micros_of};
pub(crate) use words::{
    capabilities_from_json, follow_up_from_word, follow_up_to_word, lane_capabilities,
    log_level_from_number, log_level_to_number, names_from_json, names_to_json,
};
