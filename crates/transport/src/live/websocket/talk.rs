//! What follows from what a viewer says, and from its silence.

use std::time::Duration;

use mission_control_wire::decode;
use mission_control_wire::request::{LiveRequest, LiveVerb};
use tokio::time::Instant;

use super::inbox::{Abuse, Heard, Inbox};
use crate::live::topics::Topics;

/// A viewer that has been silent for so long is asked whether it is still there: less than the 60 s
/// after which common proxies drop a connection, and more than would keep radios awake.
const ASK_AFTER: Duration = Duration::from_secs(25);
/// One that was asked answers within this, or is gone.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// One that takes no byte for so long does not keep up; it can resume.
const TAKE_WITHIN: Duration = Duration::from_secs(10);
/// How long a goodbye may take to be heard and answered. Less than a process has for its end.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// A page that opens subscribes to everything on it at once.
const MESSAGES_AT_ONCE: f64 = 60.0;
/// A page that pings every second and is clicked through quickly stays far below.
const MESSAGES_PER_SECOND: f64 = 20.0;

/// Why a socket is closed from our side. There are no others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Code {
    /// What was said has no meaning here.
    Abuse = 1008,
    TooLarge = 1009,
    /// The process ends or the store is in trouble: come back, with the cursor.
    Restart = 1012,
    /// The viewer does not keep up: come back, with the cursor.
    TooSlow = 1013,
    /// Who watches has signed out, or the session is over: sign in again.
    SessionOver = 4401,
    TooManyMessages = 4429,
}

/// What is to be done.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Action {
    Subscribe(Topics),
    Unsubscribe(Topics),
    Beat,
    Ping,
    Pong(Vec<u8>),
    /// Say goodbye, give up what was still to be said.
    Close(Code, &'static str),
    /// Give the viewer's goodbye back.
    Goodbye(Option<[u8; 2]>),
    /// Let the connection go.
    Cut,
}

/// One viewer's side of the protocol. Bytes go in with [`Self::receive`], what has become of writing
/// with [`Self::stalled`] and [`Self::took`]; what is to be done comes out of [`Self::poll`], which
/// is to be asked after every input and at [`Self::alarm`], until it has nothing more.
#[derive(Debug)]
pub(super) struct Talk {
    inbox: Inbox,
    heard: Instant,
    asked: bool,
    /// What was said before made no sense: nothing behind it can.
    deaf: bool,
    /// Whether everything that was to be written has been.
    idle: bool,
    stalled: Option<Instant>,
    /// How many messages may come, as of when.
    allowance: (f64, Instant),
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Open,
    /// A goodbye has to be said.
    Ending(Code, &'static str),
    /// We have said goodbye; whatever the viewer says, the connection is cut by then.
    Closing(Instant),
    /// The viewer has said goodbye, and gets it back by then.
    Leaving(Instant),
    Over,
}

impl Code {
    /// As it stands in a close frame.
    pub(super) const fn bytes(self) -> [u8; 2] {
        (self as u16).to_be_bytes()
    }
}

impl Talk {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            inbox: Inbox::default(),
            heard: now,
            asked: false,
            deaf: false,
            idle: false,
            stalled: None,
            allowance: (MESSAGES_AT_ONCE, now),
            state: State::Open,
        }
    }

    /// Bytes that came in.
    pub(super) fn receive(&mut self, bytes: &[u8], now: Instant) {
        (self.heard, self.asked) = (now, false);
        if !self.deaf {
            self.inbox.push(bytes);
        }
    }

    /// There is something to be written that is not taken.
    pub(super) fn stalled(&mut self, now: Instant) {
        self.idle = false;
        self.stalled.get_or_insert(now);
    }

    /// A part of what is to be written was taken.
    pub(super) const fn took(&mut self) {
        self.stalled = None;
    }

    /// Nothing is left to be written.
    pub(super) const fn took_all(&mut self) {
        (self.idle, self.stalled) = (true, None);
    }

    /// Ends it from our side, if it has not ended yet.
    pub(super) fn end(&mut self, code: Code, reason: &'static str) {
        if self.state == State::Open {
            self.state = State::Ending(code, reason);
        }
    }

    /// Whether it is time to tell what has happened: nobody says goodbye, and all that was said
    /// before is on its way.
    pub(super) fn wants_news(&self) -> bool {
        self.state == State::Open && self.idle
    }

    /// Whether bytes that come in may be read. What a viewer asks for is not done while it does not
    /// take what was done before, so what it goes on to say has to wait.
    pub(super) fn listens(&self) -> bool {
        self.state != State::Open || self.inbox.has_room()
    }

    /// What is to be done at `now`.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Action> {
        if !self.listens() {
            // Nobody is silent who has said more than was listened to.
            (self.heard, self.asked) = (now, false);
        }
        if self.state == State::Open
            && self.idle
            && let Some(action) = self.hear(now)
        {
            return Some(action);
        }
        match self.state {
            State::Open => self.watch(now),
            State::Ending(code, reason) => {
                self.state = State::Closing(now + CLOSE_WITHIN);
                Some(Action::Close(code, reason))
            }
            State::Closing(by) => (self.hears_goodbye() || now >= by).then(|| self.cut()),
            State::Leaving(by) => (self.idle || now >= by).then(|| self.cut()),
            State::Over => None,
        }
    }

    /// When to ask again if nothing comes in.
    pub(super) fn alarm(&self) -> Instant {
        let quiet = if self.asked { ASK_AFTER + ANSWER_WITHIN } else { ASK_AFTER };
        let by = self.heard + quiet;
        match (self.state, self.stalled) {
            // It is over as soon as the goodbye has gone out.
            (State::Leaving(_), _) if self.idle => self.heard,
            (State::Closing(by) | State::Leaving(by), _) => by,
            (_, Some(since)) => by.min(since + TAKE_WITHIN),
            (_, None) => by,
        }
    }

    fn hear(&mut self, now: Instant) -> Option<Action> {
        match self.inbox.next() {
            Ok(None) => None,
            Ok(Some(Heard::Close(code))) => {
                (self.state, self.idle) = (State::Leaving(now + CLOSE_WITHIN), false);
                Some(Action::Goodbye(code))
            }
            Ok(Some(heard)) => {
                if !self.count(now) {
                    self.end(Code::TooManyMessages, "too many messages");
                    return None;
                }
                match heard {
                    Heard::Text(text) => self.understand(&text),
                    Heard::Ping(payload) => Some(Action::Pong(payload)),
                    Heard::Pong | Heard::Close(_) => self.hear(now),
                }
            }
            Err(abuse) => {
                self.deafen();
                match abuse {
                    Abuse::Broken => self.end(Code::Abuse, "not what a WebSocket client says"),
                    Abuse::TooLarge => self.end(Code::TooLarge, "a message may have 16 KiB"),
                }
                None
            }
        }
    }

    fn hears_goodbye(&mut self) -> bool {
        loop {
            match self.inbox.next() {
                Ok(Some(Heard::Close(_))) => return true,
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(_) => self.deafen(),
            }
        }
    }

    fn deafen(&mut self) {
        (self.deaf, self.inbox) = (true, Inbox::default());
    }

    fn understand(&mut self, text: &str) -> Option<Action> {
        let Ok(request) = decode::<LiveRequest>(text.as_bytes()) else {
            self.end(Code::Abuse, "a message is {type: subscribe, unsubscribe or ping, topics}");
            return None;
        };
        let topics = request.topics.as_deref();
        let topics = topics.map(|names| Topics::of(names.iter().map(String::as_str)));
        match (request.verb, topics) {
            (LiveVerb::Subscribe, Some(Ok(topics))) => Some(Action::Subscribe(topics)),
            (LiveVerb::Unsubscribe, Some(Ok(topics))) => Some(Action::Unsubscribe(topics)),
            (LiveVerb::Ping, None) => Some(Action::Beat),
            (LiveVerb::Ping, Some(_)) => {
                self.end(Code::Abuse, "a ping has no topics");
                None
            }
            (LiveVerb::Subscribe | LiveVerb::Unsubscribe, None) => {
                self.end(Code::Abuse, "topics are missing");
                None
            }
            (LiveVerb::Subscribe | LiveVerb::Unsubscribe, Some(Err(_))) => {
                self.end(Code::Abuse, "topics that do not exist, or too many");
                None
            }
        }
    }

    fn watch(&mut self, now: Instant) -> Option<Action> {
        if self.stalled.is_some_and(|since| now >= since + TAKE_WITHIN) {
            self.state = State::Closing(now + CLOSE_WITHIN);
            return Some(Action::Close(Code::TooSlow, "nothing was taken for ten seconds"));
        }
        if now >= self.heard + ASK_AFTER + ANSWER_WITHIN {
            return Some(self.cut());
        }
        if !self.asked && now >= self.heard + ASK_AFTER {
            self.asked = true;
            return Some(Action::Ping);
        }
        None
    }

    /// Whether one more message may come now.
    fn count(&mut self, now: Instant) -> bool {
        let (left, since) = self.allowance;
        let gained = (now - since).as_secs_f64() * MESSAGES_PER_SECOND;
        let left = (left + gained).min(MESSAGES_AT_ONCE) - 1.0;
        self.allowance = (left.max(0.0), now);
        left >= 0.0
    }

    fn cut(&mut self) -> Action {
        self.state = State::Over;
        Action::Cut
    }
}

#[cfg(test)]
mod tests;
