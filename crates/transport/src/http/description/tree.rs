//! JSON whose members stay in the order in which they were written down.

use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::Number;
use serde_json::value::RawValue;

/// A JSON value: a description is read by people too, and they begin with what matters.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Tree>),
    /// An object.
    Object(Vec<(String, Tree)>),
    /// JSON that was written elsewhere, taken over to the letter.
    Written(&'static str),
}

/// An object with these members.
pub(super) fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Tree)>) -> Tree {
    Tree::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

/// An array of these.
pub(super) fn list<T: Into<Tree>>(entries: impl IntoIterator<Item = T>) -> Tree {
    Tree::List(entries.into_iter().map(Into::into).collect())
}

impl Tree {
    /// The member of that name; `None` also for what is no object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The members of an object, in order; none of anything else.
    pub(super) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            Self::Null
            | Self::Flag(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Written(_) => &[],
        }
    }

    /// The entries of an array, in order; none of anything else.
    pub(super) fn entries(&self) -> &[Self] {
        if let Self::List(entries) = self { entries } else { &[] }
    }

    /// The text of a string.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The same object with one more member, at its end.
    pub(super) fn with(mut self, name: &str, value: impl Into<Self>) -> Self {
        if let Self::Object(members) = &mut self {
            members.push((name.to_owned(), value.into()));
        }
        self
    }

    /// As JSON for people: as it was written, or two spaces a level.
    pub(super) fn written(&self) -> String {
        if let Self::Written(text) = self {
            return (*text).to_owned();
        }
        serde_json::to_string_pretty(self).expect("a description is JSON: a test reads all of it")
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Tree {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u64> for Tree {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<f64> for Tree {
    /// Whole numbers without a fraction, as people write them.
    fn from(number: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "only when nothing is lost")]
        let whole = number as i64;
        #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "tells whether it is")]
        let is_whole = whole as f64 == number;
        if is_whole {
            return Self::Number(whole.into());
        }
        Number::from_f64(number).map_or(Self::Null, Self::Number)
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(entries) => serializer.collect_seq(entries),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Written(text) => {
                let raw: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
        }
    }
}
