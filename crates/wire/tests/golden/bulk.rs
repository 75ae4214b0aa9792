//! One thing for many missions.

use mission_control_kernel::MissionId;
use mission_control_wire::Word;
use mission_control_wire::reply::{Breakdown, BulkOutcome, BulkPreview, BulkReply};

use super::missions::{finished, notes};
use super::{Shapes, time};

const NOW: &str = "2024-08-06T06:35:00Z";
const EXPIRES: &str = "2024-08-06T06:50:00Z";

fn id(digit: u8) -> Word<MissionId> {
    Word(format!("019126f4-5d40-7000-8000-00000000000{digit}").parse().unwrap())
}

pub(crate) fn add(shapes: &mut Shapes) {
    let notes = notes();
    let preview = BulkPreview {
        count: 1,
        breakdown: Breakdown { completed: 1, ..Breakdown::default() },
        sample: vec![finished(&notes)],
        preview_token: "cHJldmlldw",
        expires_at: time(EXPIRES),
        missing: vec![id(2)],
        more: false,
        advice: None,
        timestamp: time(NOW),
    };
    super::add(shapes, "bulk_preview", &preview);
    let more = BulkPreview {
        count: 10_000,
        breakdown: Breakdown { failed: 10_000, ..Breakdown::default() },
        sample: Vec::new(),
        missing: Vec::new(),
        more: true,
        advice: Some(
            "more missions fit than one preview holds: carry this one out, then preview again, or filter more narrowly",
        ),
        ..preview
    };
    super::add(shapes, "bulk_preview_more", &more);
    let outcome =
        |digit, outcome, code, error| BulkOutcome { mission_id: id(digit), outcome, code, error };
    let changed = "the mission has changed since it was chosen and is running now; choose anew";
    let refused = "a completed mission cannot cancel";
    let reply = BulkReply {
        done: 1,
        unchanged: 1,
        skipped: 1,
        refused: 1,
        outcomes: vec![
            outcome(1, "done", None, None),
            outcome(2, "unchanged", None, None),
            outcome(3, "skipped", Some("changed"), Some(changed)),
            outcome(4, "refused", Some("invalid_transition"), Some(refused)),
        ],
        timestamp: time(NOW),
    };
    super::add(shapes, "bulk", &reply);
}
