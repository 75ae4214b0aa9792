//! Everything that is wrong with a body, not the first thing alone.
//!
//! A decoder stops at the first mistake. So the mistake is mended in a copy, which is read again,
//! until nothing is wrong, nothing can be mended, or enough has been said.

use serde_json::{Value, json};

use super::explain::Step;
use super::{Body, DecodeError, DecodeKind, read, text};

/// The most mistakes that are told: whoever has more sends something else altogether.
const MOST_TOLD: usize = 50;
/// How many bytes are read again in all: a long body with many mistakes costs no more than one
/// without any.
const BYTES_READ_AGAIN: usize = 1024 * 1024;

/// Reads a body as [`decode`](super::decode), and tells of every mistake that can be known.
///
/// # Errors
/// At least one [`DecodeError`]: the first that was come to, then the others by the names of their
/// members. A body that is no JSON, or holds a member twice, has this one mistake.
pub fn decode_all<T: Body>(body: &[u8]) -> Result<T, Vec<DecodeError>> {
    let text = text::<T>(body).map_err(|error| vec![error])?;
    let (first, place) = match read::<T>(text) {
        Ok(value) => return Ok(value),
        Err(refusal) => refusal,
    };
    let unreadable = match &first.kind {
        DecodeKind::Malformed { .. } => true,
        DecodeKind::Invalid(code) => code == "duplicate_key",
        DecodeKind::UnknownField
        | DecodeKind::ReadOnlyField
        | DecodeKind::MissingField
        | DecodeKind::WrongType => false,
    };
    let mut errors = vec![first];
    if !unreadable && let Ok(value) = serde_json::from_str(text) {
        let mut copy = Copy { value, left: BYTES_READ_AGAIN };
        let mut mended = Vec::new();
        let mut next = Some(place);
        while let Some(place) = next.take().filter(|_| errors.len() < MOST_TOLD) {
            let anew = !mended.contains(&place);
            let Some((error, later)) = copy.next_mistake::<T>(&place, anew) else { break };
            mended.push(place);
            // What we took away ourselves may be missed later: that is told already.
            if !mended.contains(&later) {
                errors.push(error);
            }
            next = Some(later);
        }
    }
    Err(errors)
}

/// A body whose mistakes are mended one by one.
struct Copy {
    value: Value,
    left: usize,
}

impl Copy {
    /// The mistake that comes to light once the one at `place` is mended.
    /// A member is taken away only when it is met `anew`.
    fn next_mistake<T: Body>(
        &mut self,
        place: &[Step],
        anew: bool,
    ) -> Option<(DecodeError, Vec<Step>)> {
        // Without it, or with one of the values that our types begin with.
        let is_member = matches!(place.last(), Some(Step::Member(_)));
        let without = (anew && is_member).then_some(None);
        let values = [
            json!(""),
            json!(0),
            json!([]),
            json!({}),
            json!("00000000-0000-0000-0000-000000000000"),
            json!("1970-01-01T00:00:00Z"),
        ];
        for patch in without.into_iter().chain(values.map(Some)) {
            put(&mut self.value, place, patch)?;
            let text = self.value.to_string();
            self.left = self.left.checked_sub(text.len())?;
            match read::<T>(&text) {
                Ok(_) => return None,
                Err((_, next)) if next == place => {}
                Err(next) => return Some(next),
            }
        }
        None
    }
}

/// Puts a value at a place, or takes the member there away; `None` when there is no such place.
fn put(value: &mut Value, place: &[Step], patch: Option<Value>) -> Option<()> {
    let (last, way) = place.split_last()?;
    let holder = way.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get_mut(name),
        Step::Entry(index) => value.get_mut(index),
    })?;
    match (last, patch) {
        (Step::Member(name), Some(patch)) => {
            holder.as_object_mut()?.insert(name.clone(), patch);
        }
        (Step::Member(name), None) => {
            holder.as_object_mut()?.remove(name);
        }
        (Step::Entry(index), Some(patch)) => *holder.get_mut(index)? = patch,
        (Step::Entry(_), None) => return None,
    }
    Some(())
}
