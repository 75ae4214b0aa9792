//! Frames of live streams.

use super::missions::sometimes;
use super::requests::kind_of;
use crate::http::description::schema::{
    Member, Schema, array, either, must, named, one_of, open, said, string,
};

const TOPICS: &str = "What it shows everything of. In the first one, topics that are contained in \
    others, or of which a snapshot has nothing, are left out; behind a `subscribe`, it is what was added.";

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let frames = ["LiveHello", "LiveSnapshot", "LiveEvents", "LiveBeat", "LiveResync"];
    let says = "One frame: the `data` of one server-sent event.";
    vec![
        ("Frame", said(either(frames.map(named)), says)),
        ("LiveHello", hello()),
        ("LiveSnapshot", snapshot()),
        ("LiveEvents", events()),
        ("LiveMetrics", metrics()),
        ("LiveLog", log()),
        ("LiveBeat", frame("beat", "Nothing has happened.", [cursor(), server_time()])),
        ("LiveResync", resync()),
    ]
}

fn frame(word: &'static str, says: &str, members: impl IntoIterator<Item = Member>) -> Schema {
    let kind = must("type", "", kind_of(word, "Which frame it is."));
    open(says, [kind].into_iter().chain(members))
}

fn cursor() -> Member {
    must("cursor", "Where the feed stands: what to come back with.", named("Cursor"))
}

fn server_time() -> Member {
    must("server_time", "To measure how far the client's clock is off.", named("Time"))
}

fn hello() -> Schema {
    frame(
        "hello",
        "The first frame.",
        [
            must("epoch", "Which life of the store this is.", string()),
            cursor(),
            server_time(),
            must("build", "Which build serves; a page of another one should reload.", string()),
            must("user", "Who is watching.", string()),
        ],
    )
}

fn snapshot() -> Schema {
    frame(
        "snapshot",
        "Everything that the topics show; a part that none asks for is left out.",
        [
            cursor(),
            server_time(),
            must("topics", TOPICS, array(string())),
            sometimes("metrics", "Counters.", named("Metrics")),
            sometimes("missions", "The newest missions.", array(named("Mission"))),
            sometimes("agents", "All agents.", array(named("Agent"))),
        ],
    )
}

fn events() -> Schema {
    let data = array(either(["Event", "LiveMetrics", "LiveLog"].map(named)));
    let data =
        must("data", "In order. Counters and lines of a log come in frames of their own.", data);
    let says = "Where the feed stands: what to come back with. Lines of a log move no cursor.";
    let cursor = sometimes("cursor", says, named("Cursor"));
    frame("events", "What has happened since the last frame.", [cursor, data])
}

fn metrics() -> Schema {
    let metrics = must("metrics", "As they are by then.", named("Metrics"));
    frame("metrics", "The counters have changed.", [metrics])
}

fn log() -> Schema {
    let lines = must("lines", "What is new, oldest first.", array(named("LogLine")));
    let mission = must("mission", "Whose.", named("MissionId"));
    frame("mission_log", "A mission's log has grown.", [mission, lines])
}

fn resync() -> Schema {
    let words = ["too_old", "other_epoch", "from_the_future"];
    let reason = must("reason", "Why the cursor cannot be followed.", one_of(&words));
    frame("resync", "The cursor cannot be followed; a snapshot comes next.", [reason])
}
