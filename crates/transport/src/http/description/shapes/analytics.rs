//! What ended missions were like.

use mission_control::Grouping;

use super::missions::{sometimes, timestamp};
use crate::http::description::schema::{
    Schema, amount, array, count, flag, must, named, nullable, number, one_of, open, string,
};
use crate::http::description::tree::object;

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![("AnalyticsReply", reply()), ("AnalyticsGroup", group()), ("AnalyticsFigure", figure())]
}

fn reply() -> Schema {
    let counted = "How many missions were looked at, also those of groups that are not told.";
    open(
        "Ended missions in groups.",
        [
            must("by", "What missions of one group have in common.", one_of(Grouping::ALL)),
            must("from", "The begin of the span in which they ended.", named("Time")),
            must("to", "Its end, itself not in.", named("Time")),
            must(
                "groups",
                "The largest first; days in their order.",
                array(named("AnalyticsGroup")),
            ),
            must("counted", counted, count()),
            must("capped", "Whether more ended than are looked at; the newest were.", flag()),
            timestamp(),
        ],
    )
}

fn group() -> Schema {
    let median = "Seconds that half of them did not exceed; null when none of them ever began.";
    let slow = "Seconds that 95 of a hundred did not exceed; null when none of them ever began.";
    let rate = "Completed ÷ (completed + failed) × 100; 0 without any.";
    let key = "What they have in common; null for those without a model or an agent.";
    open(
        "Missions that have something in common.",
        [
            nullable("key", key, string()),
            must("count", "How many ended.", count()),
            must("completed", "Of these, completed.", count()),
            must("failed", "Of these, failed for good.", count()),
            must("cancelled", "Of these, called off.", count()),
            must("success_rate", "Completed ÷ count × 100.", number(0.0, 100.0)),
            must("finished_success_rate", rate, number(0.0, 100.0)),
            nullable("p50_duration", median, amount()),
            nullable("p95_duration", slow, amount()),
            must("total_tokens", "Of all their attempts.", count()),
            must("total_cost", "Of all their attempts, in US dollars.", amount()),
            sometimes(
                "metrics",
                "The figures that their template names, in its order; by template alone.",
                array(named("AnalyticsFigure")),
            ),
        ],
    )
}

fn figure() -> Schema {
    let any = || object::<&str>([]).with("type", "number");
    open(
        "A figure that a template names, over the results of the newest 20,000 completed missions \
         of the templates that are told.",
        [
            must("key", "Which member of the results.", string()),
            must("unit", "In what it is counted, possibly empty.", string()),
            nullable("title", "What it is called.", string()),
            must("count", "How many results have it as a number.", count()),
            nullable("average", "Their mean; null without any.", any()),
            nullable("min", "The least; null without any.", any()),
            nullable("max", "The largest; null without any.", any()),
        ],
    )
}
