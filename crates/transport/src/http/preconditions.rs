//! Changes that hold only for what was read.

use http::HeaderMap;
use http::header::IF_MATCH;
use mission_control_kernel::Revision;

use super::Problem;

/// What `If-Match` asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IfMatch {
    /// `*`: whatever it is by now.
    Any,
    /// `"7"`: the revision that was read.
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
        let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|text| text.parse().ok()).ok_or_else(malformed)?;
        Ok(Self::Revision(Revision::new(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_is_a_star_or_one_strong_tag() {
        let table = [
            ("*", Ok(IfMatch::Any)),
            ("\"7\"", Ok(IfMatch::Revision(Revision::new(7)))),
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
