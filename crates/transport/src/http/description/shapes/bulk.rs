//! One thing for many missions.

use mission_control::missions::{BulkVerb, ErrorText, Priority};
use mission_control_wire::request::MAX_BULK_IDS;

use super::missions::{sometimes, timestamp};
use crate::http::description::schema::{
    Schema, array, closed, count, either, flag, may, may_else, must, named, one_of, open, said,
    some, string, text,
};

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let answer = either([named("BulkPreview"), named("BulkReply")]);
    vec![
        ("Bulk", bulk()),
        ("BulkFilter", filter()),
        ("BulkAnswer", said(answer, "What would be done, or what was done.")),
        ("BulkPreview", preview()),
        ("Breakdown", breakdown()),
        ("BulkReply", reply()),
        ("BulkOutcome", outcome()),
    ]
}

fn bulk() -> Schema {
    let token = "What a dry run gave, alone: carries out just what it showed.";
    closed(
        "What is to be done to which missions: `ids` or `filter`, or a `preview_token` alone.",
        [
            may("action", "What is to be done.", one_of(BulkVerb::ALL)),
            may("priority", "The new one; with the action `priority`.", one_of(Priority::ALL)),
            may("reason", "Why; with the actions `cancel` and `discard`.", text::<ErrorText>()),
            may("ids", "To these.", some(MAX_BULK_IDS, named("MissionId"))),
            may("filter", "Or to those that a list has; previewed first.", named("BulkFilter")),
            may_else("dry_run", "Whether nothing is done yet.", flag(), false),
            may("preview_token", token, string()),
        ],
    )
}

fn filter() -> Schema {
    closed(
        "The filters of the list of missions in the same words, several values of one with commas; \
         at least one filter.",
        [
            may("status", "Where they stand.", string()),
            may("priority", "How urgent they are.", string()),
            may("kind", "What runs them.", string()),
            may("agent_type", "For which kinds of agent.", string()),
            may("agent_id", "Who performs or performed them.", string()),
            may("model", "With which models.", string()),
            may("parent_id", "Children of these.", string()),
            may("root_id", "In the trees of these.", string()),
            may("roots", "Only those without a parent.", flag()),
            may("run_id", "Steps of these runs.", string()),
            may("template", "Made from these templates.", string()),
            may("complexity", "How hard they are.", string()),
            may("label", "With any of these labels.", string()),
            may("q", "Text in title, description or error, whatever the case.", string()),
            may("created_after", "Made then or later.", string()),
            may("created_before", "Made before then.", string()),
            may("dead_letter", "In the dead letter, or not.", flag()),
            may("held", "Waiting for approval, or not.", flag()),
            may("fingerprint", "Failed like any of these.", string()),
        ],
    )
}

fn preview() -> Schema {
    let missing = "Of the ids that were sent, those that are not there.";
    open(
        "What would be done; nothing has been.",
        [
            must("count", "To how many missions.", count()),
            must("breakdown", "Of these, in each status.", named("Breakdown")),
            must("sample", "The first five of them.", array(named("Mission"))),
            must("preview_token", "What to send to have just this carried out.", string()),
            must("expires_at", "Until when that can be done.", named("Time")),
            must("missing", missing, array(named("MissionId"))),
            must("more", "Whether more missions fit than one preview holds.", flag()),
            sometimes("advice", "What to do about the others.", string()),
            timestamp(),
        ],
    )
}

fn breakdown() -> Schema {
    open(
        "How many missions there are in each status.",
        [
            must("pending", "Waiting.", count()),
            must("running", "Under way.", count()),
            must("completed", "Done.", count()),
            must("failed", "Failed for good.", count()),
            must("cancelled", "Called off.", count()),
        ],
    )
}

fn reply() -> Schema {
    let outcomes = "One for each mission, in the order in which they were chosen.";
    open(
        "What was done.",
        [
            must("done", "To how many missions.", count()),
            must("unchanged", "How many were so already.", count()),
            must("skipped", "How many are no longer as they were shown.", count()),
            must("refused", "How many refused it.", count()),
            must("outcomes", outcomes, array(named("BulkOutcome"))),
            timestamp(),
        ],
    )
}

fn outcome() -> Schema {
    let words = ["done", "unchanged", "skipped", "refused"];
    open(
        "What became of one mission.",
        [
            must("mission_id", "Which.", named("MissionId")),
            must("outcome", "What became of it.", one_of(&words)),
            sometimes("code", "Why it was not done, to branch on.", string()),
            sometimes("error", "Why it was not done, in words.", string()),
        ],
    )
}
