//! What is being written to one viewer.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::Bytes;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// Parts of one write: more gain nothing, and their list lies on the stack.
pub(super) const PARTS: usize = 16;

/// Messages in their order, of which the first may have gone out in part.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    messages: VecDeque<Bytes>,
    /// Whether a part of the first has gone out.
    begun: bool,
}

impl Outbox {
    pub(super) fn push(&mut self, message: Bytes) {
        self.messages.push_back(message);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// What is next, as one write takes it, into `parts`; gives their number.
    pub(super) fn parts<'a>(&'a self, parts: &mut [IoSlice<'a>; PARTS]) -> usize {
        for (part, message) in parts.iter_mut().zip(&self.messages) {
            *part = IoSlice::new(message);
        }
        self.messages.len().min(PARTS)
    }

    /// So many bytes have gone out.
    pub(super) fn wrote(&mut self, mut count: usize) {
        while let Some(first) = self.messages.front_mut() {
            if count < first.len() {
                self.begun |= count > 0;
                let _ = first.split_to(count);
                return;
            }
            count -= first.len();
            self.begun = false;
            self.messages.pop_front();
        }
        // Its room is given back: a burst is seldom, and there are thousands of viewers.
        self.messages = VecDeque::new();
    }

    /// Forgets what has not begun to go out: the rest of a message that has must follow, or the next
    /// would be taken for it.
    pub(super) fn forget(&mut self) {
        self.messages.truncate(usize::from(self.begun));
    }
}

/// `json` as a text message from a server: one frame without a mask.
pub(crate) fn text_message(json: &[u8]) -> Bytes {
    message(OpCode::Data(Data::Text), json)
}

/// A control frame; `payload` has at most 125 bytes.
pub(super) fn control_message(control: Control, payload: &[u8]) -> Bytes {
    message(OpCode::Control(control), payload)
}

fn message(opcode: OpCode, payload: &[u8]) -> Bytes {
    let header = FrameHeader { opcode, ..FrameHeader::default() };
    let length = payload.len() as u64;
    let mut message = Vec::with_capacity(header.len(length) + payload.len());
    header.format(length, &mut message).expect("a vector takes all that is written to it");
    message.extend_from_slice(payload);
    message.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(outbox: &Outbox) -> String {
        let mut parts = [IoSlice::new(&[]); PARTS];
        let count = outbox.parts(&mut parts);
        parts[..count].iter().map(|part| str::from_utf8(part).unwrap()).collect()
    }

    fn holding(messages: &[&'static str]) -> Outbox {
        let mut outbox = Outbox::default();
        messages.iter().for_each(|message| outbox.push(Bytes::from_static(message.as_bytes())));
        outbox
    }

    #[test]
    fn what_went_out_in_part_goes_on_where_it_was_cut() {
        for cut in 0..=6 {
            let mut outbox = holding(&["abc", "def"]);
            outbox.wrote(cut);
            assert_eq!(waiting(&outbox), &"abcdef"[cut..]);
            assert_eq!(outbox.is_empty(), cut == 6);
        }
    }

    #[test]
    fn a_message_that_has_begun_is_never_forgotten() {
        for (wrote, left) in [(0, ""), (1, "bc"), (3, ""), (5, "f")] {
            let mut outbox = holding(&["abc", "def", "ghi"]);
            outbox.wrote(wrote);
            outbox.forget();
            assert_eq!(waiting(&outbox), left, "{wrote} written");
        }
    }

    #[test]
    fn a_message_is_one_frame_of_its_length() {
        let begin = |length| text_message(&vec![b'x'; length])[..4].to_vec();
        assert_eq!(begin(125), [0x81, 125, b'x', b'x']);
        assert_eq!(begin(126), [0x81, 126, 0, 126]);
        assert_eq!(begin(65_536), [0x81, 127, 0, 0]);
        assert_eq!(text_message(b"{}").as_ref(), [0x81, 2, b'{', b'}']);
        assert_eq!(control_message(Control::Ping, b"").as_ref(), [0x89, 0]);
    }
}
