//! Schedules and their ticks.

use mission_control::workflows::schedule::{CatchUp, MAX_CRON_CHARS, Overlap};

use super::missions::{next_cursor, sometimes, timestamp};
use crate::http::description::parameters::{SCHEDULE_NAME, TEMPLATE_NAME, WORKFLOW_NAME};
use crate::http::description::schema::{
    Bounded, Member, Schema, array, closed, count, flag, left_out, matching, may, may_else, must,
    named, nullable, one_of, open, string, text,
};

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let rests = may_else("paused", "Whether it rests from the beginning.", flag(), false);
    let create = name().into_iter().chain(said()).chain([rests]);
    vec![
        ("CreateSchedule", closed("A schedule to be kept.", create)),
        ("PutSchedule", closed("All that a schedule says, in place of what it said.", said())),
        ("Schedule", schedule()),
        ("SchedulePause", pause()),
        ("ScheduleTick", tick()),
        ("ScheduleReply", open("One schedule.", [its_schedule(), timestamp()])),
        ("ScheduleList", list()),
        ("TickList", ticks()),
    ]
}

fn name() -> [Member; 1] {
    [must("name", "Unique in the project.", matching(SCHEDULE_NAME))]
}

struct Cron;

impl Bounded for Cron {
    const SHORTEST: usize = 1;
    const LONGEST: usize = MAX_CRON_CHARS;
}

fn said() -> Vec<Member> {
    let cron = "Five fields (minute, hour, day of month, month, day of week), or six with seconds \
                first; also names (`MON-FRI`), steps, lists, `L`, `W` and `#`.";
    let zone = "The IANA time zone whose clocks it is read by. Where they jump forward, a tick at a \
                fixed time comes right after the gap and one of a step or star not at all; where \
                they jump back, a fixed time comes the first time and a step or star both times.";
    let overlap = "What becomes of a tick while what an earlier one made is not over: it is passed \
                   over, or fired all the same, or fired and the earlier ones called off.";
    let catch_up = "What becomes of ticks that are more than a minute late: they are passed over, \
                    or the newest of all that are due is fired, or the newest hundred are.";
    vec![
        must("cron", cron, text::<Cron>()),
        may_else("time_zone", zone, string(), "UTC"),
        may("template", "Of which template a tick makes a mission.", matching(TEMPLATE_NAME)),
        left_out("parameters", "With these parameters, with `template` alone.", named("Json")),
        may("workflow", "Or of which workflow it launches a run.", matching(WORKFLOW_NAME)),
        left_out("input", "With this input, with `workflow` alone.", named("Json")),
        may("mission", "Or the mission that it makes, as it stands.", named("CreateMissionPlan")),
        may_else("overlap", overlap, one_of(Overlap::ALL), "skip"),
        may_else("catch_up", catch_up, one_of(CatchUp::ALL), "latest"),
    ]
}

fn its_schedule() -> Member {
    must("schedule", "It.", named("Schedule"))
}

fn schedule() -> Schema {
    let ahead = "Its next ten ticks; none while it rests, or when it never comes again.";
    open(
        "A schedule.",
        [
            must("name", "Unique in the project.", string()),
            must("cron", "When it comes.", string()),
            must("time_zone", "By whose clocks.", string()),
            nullable("template", "Of which template a tick makes a mission.", string()),
            must("parameters", "With these parameters; null without a template.", named("Json")),
            nullable("workflow", "Of which workflow it launches a run.", string()),
            must("input", "With this input; null without a workflow.", named("Json")),
            nullable("mission", "The mission that it makes.", named("MissionPlan")),
            must("overlap", "While an earlier one is not over.", one_of(Overlap::ALL)),
            must("catch_up", "When nobody was there in time.", one_of(CatchUp::ALL)),
            must("paused", "Whether it rests.", flag()),
            nullable("pause", "Why and since when it rests.", named("SchedulePause")),
            must("next_ticks", ahead, array(named("Time"))),
            must(
                "failures",
                "How many ticks in a row could not be fired; five let it rest.",
                count(),
            ),
            must("revision", "How often it was changed; its ETag.", count()),
            must("created_by", "Who made it.", string()),
            must("created_at", "Since when.", named("Time")),
            must("updated_at", "When somebody last changed it.", named("Time")),
            sometimes(
                "last_ticks",
                "Its last ten ticks, newest first; not in lists.",
                array(named("ScheduleTick")),
            ),
        ],
    )
}

fn pause() -> Schema {
    open(
        "Why and since when a schedule rests.",
        [
            must("at", "Since when.", named("Time")),
            nullable("by", "By whom; null where it has failed too often.", string()),
            must("reason", "Why, possibly empty.", string()),
        ],
    )
}

fn tick() -> Schema {
    let reason = "Why it was passed over (missed, overlap, superseded), or could not be fired.";
    let words = ["due", "fired", "skipped", "failed"];
    open(
        "A tick. The newest thousand are kept.",
        [
            must("n", "Its number in the schedule, from 1.", count()),
            must("at", "When it was due.", named("Time")),
            must("outcome", "What became of it.", one_of(&words)),
            nullable("reason", reason, string()),
            nullable("mission_id", "The mission that it made.", named("MissionId")),
            nullable("run_id", "The run that it launched.", named("RunId")),
            nullable("since", "The first of the ticks that it stands for.", named("Time")),
            nullable("covers", "How many those are; null where nobody counted.", count()),
            must("decided_at", "When it was decided what becomes of it.", named("Time")),
            nullable("settled_at", "When it was fired, or could not be.", named("Time")),
        ],
    )
}

fn list() -> Schema {
    let schedules = must("schedules", "By name.", array(named("Schedule")));
    open("A page of schedules.", [schedules, timestamp(), next_cursor()])
}

fn ticks() -> Schema {
    let ticks = must("ticks", "Newest first.", array(named("ScheduleTick")));
    open("A page of ticks.", [ticks, timestamp(), next_cursor()])
}
