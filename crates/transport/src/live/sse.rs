//! Frames as server-sent events.

use bytes::Bytes;

/// When a browser that has lost the stream comes back, in milliseconds.
const RETRY_MILLIS: u32 = 1_000;

/// One event whose data are `json`. The `cursor` from which a viewer may resume is its id; the
/// first event of a stream also says when to come back.
pub(super) fn event(json: &[u8], cursor: Option<&str>, first: bool) -> Bytes {
    let mut event = Vec::with_capacity(json.len() + 128);
    if first {
        event.extend_from_slice(format!("retry: {RETRY_MILLIS}\n").as_bytes());
    }
    if let Some(cursor) = cursor {
        event.extend_from_slice(b"id: ");
        event.extend_from_slice(cursor.as_bytes());
        event.push(b'\n');
    }
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(json);
    event.extend_from_slice(b"\n\n");
    event.into()
}

#[cfg(test)]
mod tests {
    use mission_control::kernel::Timestamp;
    use mission_control_wire::Word;
    use mission_control_wire::live::{Frame, ResyncReason};

    use super::super::print::Print;

    #[test]
    fn only_what_can_be_resumed_from_has_an_id() {
        let server_time = Word(Timestamp::MIN);
        let event = |frame: &Frame<'_>| Print::of(frame, 7).unwrap().event();
        let beat = event(&Frame::Beat { cursor: "c7", server_time });
        let expected = "id: c7\ndata: {\"type\":\"beat\",\"cursor\":\"c7\",\
                        \"server_time\":\"1970-01-01T00:00:00.000000Z\"}\n\n";
        assert_eq!(beat, expected);
        let resync = event(&Frame::Resync { reason: ResyncReason::TooOld });
        assert_eq!(resync, "data: {\"type\":\"resync\",\"reason\":\"too_old\"}\n\n");
        let apart = event(&Frame::Events { cursor: None, data: &[] });
        assert_eq!(apart, "data: {\"type\":\"events\",\"data\":[]}\n\n");
    }
}
