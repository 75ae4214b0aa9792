//! Tokens of programs.

use std::time::Duration;

use mission_control_identity::{AgentScope, PrincipalName, Role, TokenScope};
use mission_control_kernel::{Invalid, ProjectId, Timestamp};
use mission_control_wire::request::CreateToken;
use mission_control_wire::{Time, Whole};

use super::Fields;
use crate::http::Problem;

/// The shortest life of a token: shorter ones would be over before they are copied.
pub(crate) const SHORTEST_LIFE: Duration = Duration::from_mins(1);
/// The longest life of a token that ends by itself: ten years. What should last longer has no end.
pub(crate) const LONGEST_LIFE: Duration = Duration::from_hours(3_650 * 24);

const NO_LIFE: Invalid =
    Invalid::new("out_of_range", "must be from a minute to ten years from now");
const TWO_ENDS: Invalid = Invalid::new("not_alone", "cannot go together with expires_at");
const NO_AGENT: Invalid = Invalid::new("not_alone", "goes together with the role agent alone");

/// A token that somebody wants to have.
pub(crate) struct Wanted {
    pub(crate) name: PrincipalName,
    pub(crate) scope: TokenScope,
    pub(crate) expires_at: Option<Timestamp>,
}

/// A token that is wanted at `now`.
pub(crate) fn wanted_token(body: &CreateToken, now: Timestamp) -> Result<Wanted, Problem> {
    let mut fields = Fields::default();
    let name = fields.take("name", PrincipalName::parse(&body.name));
    let role = fields.take("role", body.role.parse::<Role>());
    let project = fields.optional("project", body.project.as_deref(), str::parse::<ProjectId>);
    let agent = fields.optional("agent", body.agent.as_deref(), |text| match role {
        Some(Role::Viewer | Role::Operator | Role::Admin) => Err(NO_AGENT),
        Some(Role::Agent) | None => AgentScope::parse(text),
    });
    let expires_at = end(&mut fields, body.expires_in, body.expires_at, now);
    let (Some(name), Some(role), Some(project), Some(agent), Some(expires_at)) =
        (name, role, project, agent, expires_at)
    else {
        return Err(fields.refuse());
    };
    Ok(Wanted { name, scope: TokenScope { role, project, agent }, expires_at })
}

fn end(
    fields: &mut Fields,
    span: Option<Whole>,
    at: Option<Time>,
    now: Timestamp,
) -> Option<Option<Timestamp>> {
    match (span, at) {
        (None, None) => Some(None),
        (Some(_), Some(_)) => fields.take("expires_in", Err(TWO_ENDS)),
        (Some(Whole(seconds)), None) => {
            let span = u64::try_from(seconds).ok().map(Duration::from_secs);
            fields
                .take("expires_in", span.ok_or(NO_LIFE).and_then(life))
                .map(|span| Some(now.plus(span)))
        }
        (None, Some(at)) => fields.take("expires_at", life(at.0.since(now))).map(|_| Some(at.0)),
    }
}

fn life(span: Duration) -> Result<Duration, Invalid> {
    if (SHORTEST_LIFE..=LONGEST_LIFE).contains(&span) { Ok(span) } else { Err(NO_LIFE) }
}

#[cfg(test)]
mod tests {
    use mission_control_wire::decode;

    use super::*;

    fn wanted(body: &str) -> Result<Wanted, Problem> {
        wanted_token(&decode(body.as_bytes()).unwrap(), now())
    }

    fn now() -> Timestamp {
        "2026-01-31T08:30:00Z".parse().unwrap()
    }

    #[test]
    fn a_token_ends_when_it_is_asked_to() {
        let end = |body: &str| wanted(body).unwrap().expires_at;
        assert_eq!(end(r#"{"name":"a","role":"viewer"}"#), None);
        let hour = Some(now().plus(Duration::from_hours(1)));
        assert_eq!(end(r#"{"name":"a","role":"viewer","expires_in":3600}"#), hour);
        let at = r#"{"name":"a","role":"viewer","expires_at":"2026-01-31T09:30:00Z"}"#;
        assert_eq!(end(at), hour);
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_field() {
        let table = [
            (r#"{"name":"","role":"viewer"}"#, "name", "too_short"),
            (r#"{"name":"a","role":"root"}"#, "role", "invalid_role"),
            (r#"{"name":"a","role":"viewer","project":"A b"}"#, "project", "invalid_project"),
            (r#"{"name":"a","role":"viewer","agent":"atlas"}"#, "agent", "not_alone"),
            (r#"{"name":"a","role":"agent","agent":""}"#, "agent", "too_short"),
            (r#"{"name":"a","role":"viewer","expires_in":59}"#, "expires_in", "out_of_range"),
            (r#"{"name":"a","role":"viewer","expires_in":-1}"#, "expires_in", "out_of_range"),
            (r#"{"name":"a","role":"viewer","expires_in":1e300}"#, "expires_in", "out_of_range"),
            (
                r#"{"name":"a","role":"viewer","expires_at":"2026-01-31T08:30:00Z"}"#,
                "expires_at",
                "out_of_range",
            ),
            (
                r#"{"name":"a","role":"viewer","expires_at":"2037-01-31T08:30:00Z"}"#,
                "expires_at",
                "out_of_range",
            ),
            (
                r#"{"name":"a","role":"viewer","expires_in":60,"expires_at":"2027-01-31T08:30:00Z"}"#,
                "expires_in",
                "not_alone",
            ),
        ];
        for (body, field, code) in table {
            let problem = wanted(body).err().unwrap();
            assert_eq!(
                (problem.errors()[0].field.as_str(), problem.code()),
                (field, code),
                "{body}"
            );
        }
    }
}
