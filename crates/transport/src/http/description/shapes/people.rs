//! People, projects and tokens.

use mission_control_identity::{AgentScope, PrincipalName, Role};
use mission_control_wire::request::MAX_ROLES;

use super::missions::timestamp;
use crate::http::description::schema::{
    Member, Schema, array, closed, count, flag, left_out, map, matching, may, must, named,
    nullable, one_of, open, or_null, string, text, whole,
};
use crate::parse::{LONGEST_LIFE, SHORTEST_LIFE};

/// What `kernel::ProjectId` takes.
const PROJECT: &str = "^[a-z0-9][a-z0-9_-]{0,63}$";
/// What `identity::Login` takes.
const LOGIN: &str = "^[a-z0-9][a-z0-9._@-]{0,63}$";
/// The roles of people.
const PERSONS: [&str; 3] = [Role::Viewer.as_str(), Role::Operator.as_str(), Role::Admin.as_str()];

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("CreateUser", create_user()),
        ("PatchUser", patch_user()),
        ("User", user()),
        ("UserReply", open("A person.", [must("user", "They.", named("User"))])),
        ("UserList", list("Everybody.", "users", "By login.", "User")),
        ("CreateProject", create_project()),
        ("Project", project()),
        ("ProjectReply", open("A project.", [must("project", "It.", named("Project"))])),
        ("ProjectList", list("The projects that you see.", "projects", "By name.", "Project")),
        ("PutMember", put_member()),
        ("Member", member()),
        ("MemberReply", open("A member.", [must("member", "They.", named("Member"))])),
        ("MemberList", member_list()),
        ("CreateToken", create_token()),
        ("ApiToken", api_token()),
        ("TokenCreated", token_created()),
        ("TokenList", list("Tokens.", "tokens", "Newest first.", "ApiToken")),
    ]
}

fn create_user() -> Schema {
    let without = "Without one they cannot sign in yet.";
    closed(
        "Somebody who is to be known.",
        [
            must("login", "What they sign in with, for good.", matching(LOGIN)),
            may("name", "Name for people; the login without one.", text::<PrincipalName>()),
            may("password", without, string()),
            may("role", "What they may do in every project.", one_of(&PERSONS)),
            may("projects", "What they may do in single ones.", roles()),
        ],
    )
}

fn patch_user() -> Schema {
    closed(
        "What changes about somebody; what is left out stays.",
        [
            left_out("name", "Name for people.", text::<PrincipalName>()),
            may("role", "In every project; null takes it away.", one_of(&PERSONS)),
            left_out("projects", "In single ones; null takes one away.", roles()),
            left_out("disabled", "Whether they are kept out.", flag()),
            left_out("password", "A new password.", string()),
        ],
    )
}

/// By project.
fn roles() -> Schema {
    map(or_null(one_of(&PERSONS))).with("maxProperties", MAX_ROLES as u64)
}

fn user() -> Schema {
    let own = "What they may do in single projects, whatever they may do elsewhere.";
    open(
        "A person.",
        [
            must("login", "What they sign in with; their lasting id.", string()),
            must("name", "Name for people.", string()),
            nullable("role", "What they may do in every project.", one_of(&PERSONS)),
            must("projects", own, map(string())),
            must("disabled", "Whether they are kept out.", flag()),
            must("has_password", "Whether they can sign in with a password.", flag()),
            must("created_at", "Since when they are known.", named("Time")),
        ],
    )
}

fn create_project() -> Schema {
    closed("A project to be made.", [must("id", "Its name, for good.", matching(PROJECT))])
}

fn project() -> Schema {
    open(
        "A space that missions and agents belong to.",
        [
            must("id", "Its name.", string()),
            must("role", "What you may do there.", one_of(&PERSONS)),
            must("created_at", "Since when it is there.", named("Time")),
        ],
    )
}

fn put_member() -> Schema {
    closed("A role in a project.", [must("role", "Which.", one_of(&PERSONS))])
}

fn member() -> Schema {
    let everywhere = "Whether they may because of the role that they hold in every project.";
    open(
        "Somebody who may do something in a project.",
        [
            must("login", "What they sign in with.", string()),
            must("name", "Name for people.", string()),
            must("role", "What they may do there.", string()),
            must("everywhere", everywhere, flag()),
            must("disabled", "Whether they are kept out.", flag()),
        ],
    )
}

fn member_list() -> Schema {
    let [members, total, timestamp] = listed("members", "By login.", "Member");
    let project = must("project", "The project.", string());
    open("Who belongs to a project.", [project, members, total, timestamp])
}

fn create_token() -> Schema {
    let seconds = whole(SHORTEST_LIFE.as_secs(), LONGEST_LIFE.as_secs());
    closed(
        "A token to be made.",
        [
            must("name", "Name for people: what is it for?", text::<PrincipalName>()),
            must("role", "What its bearer may do.", one_of(&Role::ALL.map(Role::as_str))),
            may("project", "Where; every project without one.", matching(PROJECT)),
            may("agent", "As which agent alone; with the role agent.", text::<AgentScope>()),
            may("expires_in", "In how many seconds it is over.", seconds),
            may("expires_at", "When it is over; never without either.", named("Time")),
        ],
    )
}

fn api_token() -> Schema {
    let owner = "Who made it; `settings:admin` for the administrator of the settings.";
    let orphaned = "Whether it lets nobody in any more because it was made with a token of the \
                    settings that they no longer have.";
    let role = "What its bearer may do, as long as whoever made it may.";
    open(
        "A token, without what its bearer shows.",
        [
            must("id", "Its lasting id; `token:` and this is who acts with it.", string()),
            must("name", "Name for people.", string()),
            must("hint", "Its first characters.", string()),
            must("owner", owner, string()),
            must("orphaned", orphaned, flag()),
            must("role", role, one_of(&Role::ALL.map(Role::as_str))),
            nullable("project", "Where; null for every project.", string()),
            nullable("agent", "As which agent alone.", string()),
            must("created_at", "Since when it counts.", named("Time")),
            nullable("expires_at", "When it is over; null for never.", named("Time")),
            nullable("last_used_at", "When it was used last, to the minute.", named("Time")),
        ],
    )
}

fn token_created() -> Schema {
    let token = "What its bearer shows. It is not told again: null where the same request was \
                 answered before.";
    open(
        "A token that was just made.",
        [
            nullable("token", token, string()),
            must("api_token", "The rest.", named("ApiToken")),
            timestamp(),
        ],
    )
}

fn list(says: &str, name: &'static str, order: &str, shape: &str) -> Schema {
    open(says, listed(name, order, shape))
}

fn listed(name: &'static str, order: &str, shape: &str) -> [Member; 3] {
    let total = must("total", "How many there are.", count());
    [must(name, order, array(named(shape))), total, timestamp()]
}
