//! Bodies as JSON: what is wrong with one, as a problem.

use http::StatusCode;
use mission_control_wire::{Body, DecodeError, DecodeKind};

use super::{FieldError, Problem};

/// Decodes a body.
///
/// # Errors
/// 400 `malformed_json` (with line and column) or `duplicate_key`, where nobody can say what was
/// meant; 422 with the field and its code for everything else.
pub(super) fn decode<T: Body>(body: &[u8]) -> Result<T, Problem> {
    mission_control_wire::decode_all(body).map_err(|errors| {
        let mut errors = errors.into_iter();
        let first = errors.next().map_or_else(Problem::internal, explain);
        errors.fold(first, |problem, error| {
            let code = error.code().to_owned().into();
            problem.and(FieldError { field: error.field, code, message: error.message })
        })
    })
}

fn explain(error: DecodeError) -> Problem {
    let unreadable = match &error.kind {
        DecodeKind::Malformed { .. } => true,
        DecodeKind::Invalid(code) => code == "duplicate_key",
        DecodeKind::UnknownField
        | DecodeKind::ReadOnlyField
        | DecodeKind::MissingField
        | DecodeKind::WrongType => false,
    };
    let code = error.code().to_owned();
    if unreadable {
        Problem::malformed(code, error.to_string())
    } else if error.field.is_empty() {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
    } else {
        let DecodeError { field, message, .. } = error;
        Problem::wrong_field(FieldError { field, code: code.into(), message })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its decoding matters")]
    struct Order {
        title: String,
        count: Option<u32>,
    }

    impl Body for Order {
        fn is_read_only(member: &str) -> bool {
            member == "id"
        }
    }

    #[test]
    fn every_mistake_has_its_status_its_code_and_its_field() {
        let table: [(&[u8], u16, &str, &str); 12] = [
            (b"", 400, "malformed_json", ""),
            (b"{\"title\":", 400, "malformed_json", ""),
            (b"{\"title\":\"\xff\"}", 400, "malformed_json", ""),
            (b"{\"title\":\"a\"} x", 400, "malformed_json", ""),
            (b"{\"title\":\"a\",\"title\":\"b\"}", 400, "duplicate_key", ""),
            (b"[]", 422, "expected_object", ""),
            (b"{}", 422, "missing_field", "title"),
            (b"{\"title\":5}", 422, "wrong_type", "title"),
            (b"{\"title\":\"a\",\"count\":-1}", 422, "out_of_range", "count"),
            (b"{\"title\":\"a\",\"stat\":1}", 422, "unknown_field", "stat"),
            (b"{\"title\":\"a\",\"id\":1}", 422, "read_only_field", "id"),
            (&[b'['; 100_000], 422, "expected_object", ""),
        ];
        for (body, status, code, field) in table {
            let problem = decode::<Order>(body).unwrap_err();
            let named = problem.errors().first().map_or("", |error| error.field.as_str());
            let got = (problem.status().as_u16(), problem.code(), named);
            assert_eq!(got, (status, code, field), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn every_mistake_is_told_in_one_answer() {
        let problem = decode::<Order>(b"{\"count\":\"x\",\"stat\":1,\"id\":2}").unwrap_err();
        let told: Vec<_> =
            problem.errors().iter().map(|error| (error.field.as_str(), &*error.code)).collect();
        let expected = [
            ("count", "wrong_type"),
            ("id", "read_only_field"),
            ("stat", "unknown_field"),
            ("title", "missing_field"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_syntax_error_names_line_and_column() {
        let problem = decode::<Order>(b"{\n  \"title\": }").unwrap_err();
        assert!(problem.to_string().contains("line 2 column 12"), "{problem}");
    }
}
