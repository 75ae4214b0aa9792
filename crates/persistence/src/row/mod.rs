//! Rows: plain values between a table and the domain. A row that is no domain value is corrupt,
//! never a default.

mod attempt;
mod blueprint;
mod checkpoint;
mod entrant;
mod entry;
mod failures;
mod group;
mod lists;
mod mission;
mod person;
mod preview;
mod queue;
mod read;
mod run;
mod schedule;
mod template;
mod words;
mod workflow;

pub(crate) use attempt::{AttemptRow, under_way};
pub(crate) use checkpoint::{checkpoint_from_text, checkpoint_to_text};
#[cfg(feature = "postgres")]
pub(crate) use entrant::NOTED_AT_ONCE;
pub(crate) use entrant::{
    COLUMNS_OF_TOKEN, LastUses, MOST, NO_PROJECT, SWEPT_AT_ONCE, SessionRow, TokenRow, WhoColumns,
    by_session, by_token,
};
pub(crate) use entry::{EntryRow, entry_from_row, entry_to_row};
pub(crate) use failures::{FailureRow, failures_counted};
pub(crate) use group::{GroupRow, analysis, measured};
pub(crate) use mission::{LeaseRow, MissionRow};
pub(crate) use person::{
    ChangeRow, GrantColumns, Judged, JudgedRow, UserRow, judge, may_end_administration, password,
};
pub(crate) use preview::PreviewRow;
pub(crate) use queue::{LaneDepth, QueueRow, actor_to_column, lane_counted, lines, with_running};
pub(crate) use read::{BEHIND_ALL_IDS, Reader, at, micros_of};
pub(crate) use run::{FollowUpRow, RunRow, TallyRow, found, members_ended_by, members_to_word};
pub(crate) use schedule::{
    OutcomeColumns, PauseColumns, ScheduleRow, TickRow, pause_reason, readable, schedule_to_text,
};
pub(crate) use template::{TemplateRow, template_to_text};
pub(crate) use words::{
    capabilities_from_json, lane_capabilities, log_level_from_number, log_level_to_number,
    names_from_json, names_to_json,
};
pub(crate) use workflow::{WorkflowRow, WorkflowSummaryRow, definition_to_text};
