use super::super::inbox::MESSAGE_BYTES;
use super::super::inbox::tests::{frame, text};
use super::*;

/// One side of a conversation whose clock is moved by hand.
struct Bench {
    talk: Talk,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        let now = Instant::now();
        let mut talk = Talk::new(now);
        talk.took_all();
        Self { talk, now }
    }

    fn wait(&mut self, seconds: f64) -> &mut Self {
        self.now += Duration::from_secs_f64(seconds);
        self
    }

    fn hear(&mut self, bytes: &[u8]) -> &mut Self {
        self.talk.receive(bytes, self.now);
        self
    }

    fn say(&mut self, message: &str) -> &mut Self {
        self.hear(&text(message))
    }

    fn next(&mut self) -> Option<Action> {
        self.talk.poll(self.now)
    }

    fn all(&mut self) -> Vec<Action> {
        std::iter::from_fn(|| self.next()).collect()
    }

    fn stall(&mut self) -> &mut Self {
        self.talk.stalled(self.now);
        self
    }

    /// The code with which it closes next.
    fn code(&mut self) -> Option<Code> {
        match self.next() {
            Some(Action::Close(code, _)) => Some(code),
            other => panic!("{other:?}"),
        }
    }

    /// How long until it has to be asked again, in milliseconds.
    fn rests(&self) -> u128 {
        (self.talk.alarm() - self.now).as_millis()
    }
}

#[test]
fn what_a_viewer_asks_for_is_done_in_its_order() {
    let mut bench = Bench::new();
    bench
        .say(r#"{"type":"subscribe","topics":["queue","agents"]}"#)
        .say(r#"{"type":"ping"}"#)
        .hear(&frame(0x89, b"abc"))
        .say(r#"{"type":"unsubscribe","topics":["agents"]}"#);
    let topics = |names| Topics::parse(names).unwrap();
    let expected = [
        Action::Subscribe(topics("agents,queue")),
        Action::Beat,
        Action::Pong(b"abc".to_vec()),
        Action::Unsubscribe(topics("agents")),
    ];
    assert_eq!(bench.all(), expected);
}

#[test]
fn what_has_no_meaning_here_ends_with_1008() {
    let table = [
        "",
        "ping",
        "[]",
        r#"{"type":"shout"}"#,
        r#"{"type":"ping","topics":["queue"]}"#,
        r#"{"type":"ping","at":1}"#,
        r#"{"type":"subscribe"}"#,
        r#"{"type":"subscribe","topics":"queue"}"#,
        r#"{"type":"subscribe","topics":["everything"]}"#,
        r#"{"type":"unsubscribe","topics":["mission:7"]}"#,
    ];
    for message in table {
        assert_eq!(Bench::new().say(message).code(), Some(Code::Abuse), "{message:?}");
    }
    assert_eq!(Bench::new().hear(&frame(0x82, b"bytes")).code(), Some(Code::Abuse));
    assert_eq!(Code::Abuse.bytes(), 1008_u16.to_be_bytes());
}

#[test]
fn what_is_too_large_ends_with_1009() {
    let large = "x".repeat(MESSAGE_BYTES + 1);
    assert_eq!(Bench::new().say(&large).code(), Some(Code::TooLarge));
    assert_eq!(Code::TooLarge.bytes(), 1009_u16.to_be_bytes());
}

#[test]
fn too_many_messages_end_with_4429_of_whatever_kind_they_are() {
    for message in [text(r#"{"type":"ping"}"#), frame(0x89, b""), frame(0x8a, b"")] {
        let mut bench = Bench::new();
        for _ in 0..60 {
            bench.hear(&message);
            bench.all();
        }
        bench.wait(1.0);
        for _ in 0..20 {
            assert!(bench.hear(&message).all().iter().all(|it| !matches!(it, Action::Close(..))));
        }
        assert_eq!(bench.hear(&message).code(), Some(Code::TooManyMessages));
    }
    assert_eq!(Code::TooManyMessages.bytes(), 4429_u16.to_be_bytes());
}

#[test]
fn a_silent_viewer_is_asked_and_let_go_when_it_does_not_answer() {
    let mut bench = Bench::new();
    assert_eq!((bench.next(), bench.rests()), (None, 25_000));
    assert_eq!(bench.wait(25.0).all(), [Action::Ping]);
    assert_eq!(bench.rests(), 15_000);
    bench.wait(14.0).hear(&frame(0x8a, b""));
    assert_eq!((bench.next(), bench.rests()), (None, 25_000), "it lives");
    assert_eq!(bench.wait(25.0).all(), [Action::Ping]);
    assert_eq!(bench.wait(14.9).next(), None);
    assert_eq!(bench.wait(0.1).all(), [Action::Cut]);
}

#[test]
fn one_that_takes_nothing_for_ten_seconds_ends_with_1013() {
    let mut bench = Bench::new();
    bench.stall();
    assert!(!bench.talk.wants_news());
    bench.wait(9.0).stall();
    assert_eq!((bench.next(), bench.rests()), (None, 1_000));
    bench.talk.took();
    assert_eq!(bench.wait(1.0).next(), None, "it took something");
    bench.stall();
    assert_eq!(bench.wait(10.0).code(), Some(Code::TooSlow));
    assert_eq!((bench.next(), bench.rests()), (None, 3_000), "it may still read why");
    assert_eq!(bench.wait(3.0).all(), [Action::Cut]);
    assert_eq!(Code::TooSlow.bytes(), 1013_u16.to_be_bytes());
}

#[test]
fn our_goodbye_is_said_once_and_ends_with_the_viewers() {
    let mut bench = Bench::new();
    bench.talk.end(Code::Restart, "the process ends");
    bench.talk.end(Code::TooSlow, "too late");
    assert!(!bench.talk.wants_news());
    assert_eq!(bench.code(), Some(Code::Restart));
    assert_eq!(bench.say(r#"{"type":"ping"}"#).next(), None, "nothing else is heard");
    assert_eq!(bench.hear(&frame(0x88, &Code::Restart.bytes())).all(), [Action::Cut]);
    assert_eq!(Code::Restart.bytes(), 1012_u16.to_be_bytes());
}

#[test]
fn what_comes_behind_nonsense_is_read_and_forgotten_until_the_time_is_over() {
    let mut bench = Bench::new();
    assert_eq!(bench.hear(&frame(0x82, b"bytes")).code(), Some(Code::Abuse));
    assert_eq!(bench.hear(&[0xff; 2_000]).next(), None);
    assert_eq!(bench.wait(2.9).hear(&frame(0x88, b"")).next(), None);
    assert_eq!(bench.wait(0.1).all(), [Action::Cut]);
}

#[test]
fn the_viewers_goodbye_is_given_back_before_the_connection_is_let_go() {
    for code in [Some([3, 0xe8]), None] {
        let mut bench = Bench::new();
        let payload = code.map_or(Vec::new(), |code| code.to_vec());
        assert_eq!(bench.hear(&frame(0x88, &payload)).next(), Some(Action::Goodbye(code)));
        assert_eq!(bench.next(), None, "it has yet to be written");
        bench.talk.took_all();
        assert_eq!(bench.rests(), 0, "nobody waits for anything");
        assert_eq!(bench.all(), [Action::Cut]);
    }
}

#[test]
fn what_a_viewer_asks_for_waits_until_it_has_taken_what_was_said_before() {
    let mut bench = Bench::new();
    bench.stall().say(r#"{"type":"subscribe","topics":["queue"]}"#).say(r#"{"type":"ping"}"#);
    assert_eq!(bench.all(), []);
    assert!(bench.talk.listens());
    while bench.talk.listens() {
        bench.say(r#"{"type":"ping"}"#);
    }
    // It took a little, and is not taken for silent however long it has not been listened to.
    for _ in 0..10 {
        bench.talk.took();
        bench.wait(9.0).stall();
        assert_eq!(bench.all(), []);
    }
    bench.talk.took_all();
    assert!(matches!(bench.next(), Some(Action::Subscribe(_))));
    assert_eq!(bench.next(), Some(Action::Beat));
}
