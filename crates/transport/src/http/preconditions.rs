//! Changes that hold only for what was read.

use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue};
use mission_control_kernel::Revision;

use super::{Problem, Request};

/// Whether the client has what `tag` stands for (RFC 9110, section 13.1.2): weak and strong tags
/// are compared alike, since no part of a whole is asked for.
pub(super) fn is_known(request: &Request, tag: &HeaderValue) -> bool {
    has(&request.head.headers, tag)
}

fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let strong = |text: &str| text.strip_prefix("W/").unwrap_or(text).to_owned();
    let Ok(tag) = tag.to_str().map(strong) else { return false };
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut given = lists.flat_map(|list| list.split(',')).map(str::trim);
    given.any(|given| given == "*" || strong(given) == tag)
}

/// What `If-Match` asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IfMatch {
    /// `*`: whatever it is by now.
    Any,
    /// `"7"`, or a whole tag of ours, `"7-c0ffee"`: the revision that was read. What else has changed
    /// since does not stand in the way of an edit.
    Revision(Revision),
}

impl IfMatch {
    /// Reads the header, which a change must carry.
    ///
    /// # Errors
    /// 428 when it is missing, 400 `malformed_if_match` when it is neither `*` nor one strong tag
    /// of ours.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(IF_MATCH).iter();
        let value = values.next().ok_or_else(Problem::precondition_required)?;
        let malformed = || {
            Problem::malformed("malformed_if_match", "If-Match must be * or one ETag like \"7\"")
        };
        let text = value.to_str().map_err(|_| malformed())?;
        if values.next().is_some() {
            return Err(malformed());
        }
        if text == "*" {
            return Ok(Self::Any);
        }
        let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let digits = digits.map(|text| text.split_once('-').map_or(text, |(revision, _)| revision));
        let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|text| text.parse().ok()).ok_or_else(malformed)?;
        Ok(Self::Revision(Revision::new(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_any_of_the_tags_that_are_named() {
        let table = [
            (&["\"7\""][..], true),
            (&["W/\"7\""], true),
            (&["\"6\", \"7\""], true),
            (&["\"6\"", "\"7\""], true),
            (&["*"], true),
            (&["\"6\""], false),
            (&["7"], false),
            (&[], false),
        ];
        for (given, known) in table {
            let mut headers = HeaderMap::new();
            for value in given {
                headers.append(IF_NONE_MATCH, value.parse().unwrap());
            }
            assert_eq!(has(&headers, &HeaderValue::from_static("\"7\"")), known, "{given:?}");
        }
    }

    #[test]
    fn if_match_is_a_star_or_one_strong_tag() {
        let table = [
            ("*", Ok(IfMatch::Any)),
            ("\"7\"", Ok(IfMatch::Revision(Revision::new(7)))),
            ("\"7-c0ffee\"", Ok(IfMatch::Revision(Revision::new(7)))),
            ("\"-c0ffee\"", Err(400)),
            ("7", Err(400)),
            ("W/\"7\"", Err(400)),
            ("\"7\", \"8\"", Err(400)),
            ("\"+7\"", Err(400)),
            ("\"\"", Err(400)),
        ];
        for (text, expected) in table {
            let headers = HeaderMap::from_iter([(IF_MATCH, text.parse().unwrap())]);
            let got = IfMatch::of(&headers).map_err(|problem| problem.status().as_u16());
            assert_eq!(got, expected, "{text}");
        }
        assert_eq!(IfMatch::of(&HeaderMap::new()).unwrap_err().status().as_u16(), 428);
    }
}
