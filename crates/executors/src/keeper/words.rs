//! What worker and keeper say to each other: one line each, and once a document.

use std::fmt;

/// What the worker says first: how many bytes follow. They are not arguments, which others can see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Errand {
    /// The program's environment: `NAME=value`, each ended by a zero byte.
    pub(crate) variables: usize,
    /// What the program reads after that; without it, its standard input is closed.
    pub(crate) document: Option<usize>,
}

/// What the worker says later. Its silence is [`Told::Kill`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Told {
    /// SIGTERM to the program's group.
    AskToEnd,
    /// SIGKILL to everything.
    Kill,
}

/// What the keeper says: how it began, then how it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    /// The program runs.
    Started,
    /// The system refused to start it, with this number.
    Refused(i32),
    /// The program ended, with this wait status, and nothing of it is left.
    Ended(i32),
    /// The system would not say how the program ended.
    Unobserved(i32),
}

impl Errand {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let ("errand", Some(sizes)) = words(line) else { return None };
        let (variables, document) = match sizes.split_once(' ') {
            Some((variables, document)) => (variables, Some(document.parse().ok()?)),
            None => (sizes, None),
        };
        Some(Self { variables: variables.parse().ok()?, document })
    }
}

impl Told {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        match words(line) {
            ("end", None) => Some(Self::AskToEnd),
            ("kill", None) => Some(Self::Kill),
            _ => None,
        }
    }
}

impl Said {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        match words(line) {
            ("started", None) => Some(Self::Started),
            ("refused", Some(number)) => Some(Self::Refused(number.parse().ok()?)),
            ("ended", Some(status)) => Some(Self::Ended(status.parse().ok()?)),
            ("unobserved", Some(number)) => Some(Self::Unobserved(number.parse().ok()?)),
            _ => None,
        }
    }
}

impl fmt::Display for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.document {
            Some(document) => writeln!(f, "errand {} {document}", self.variables),
            None => writeln!(f, "errand {}", self.variables),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AskToEnd => "end\n",
            Self::Kill => "kill\n",
        })
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started => writeln!(f, "started"),
            Self::Refused(number) => writeln!(f, "refused {number}"),
            Self::Ended(status) => writeln!(f, "ended {status}"),
            Self::Unobserved(number) => writeln!(f, "unobserved {number}"),
        }
    }
}

/// The word of a line, and what follows it.
fn words(line: &str) -> (&str, Option<&str>) {
    let line = line.trim_end_matches('\n');
    line.split_once(' ').map_or((line, None), |(word, rest)| (word, Some(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        for document in [None, Some(0), Some(1_234_567)] {
            let errand = Errand { variables: 12, document };
            assert_eq!(Errand::parse(&errand.to_string()), Some(errand));
        }
        for told in [Told::AskToEnd, Told::Kill] {
            assert_eq!(Told::parse(&told.to_string()), Some(told));
        }
        for said in [Said::Started, Said::Refused(2), Said::Ended(256), Said::Unobserved(10)] {
            assert_eq!(Said::parse(&said.to_string()), Some(said));
        }
    }

    #[test]
    fn nothing_else_is() {
        for line in ["", "\n", "errand", "errand x", "errand 1 x", "ended", "started now", "end 1"]
        {
            assert_eq!(Errand::parse(line), None, "{line:?}");
            assert_eq!(Told::parse(line), None, "{line:?}");
            assert_eq!(Said::parse(line), None, "{line:?}");
        }
    }
}
