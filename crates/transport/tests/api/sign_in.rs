//! How a browser signs in, how often it may try, and what a session is worth.

use futures::future::join_all;
use mission_control_identity::{
    Grants, NewToken, NewUser, Outcome, PrincipalId, PrincipalName, Role, TokenId, TokenScope,
    UserChange,
};
use mission_control_kernel::{Clock as _, Secret, SystemClock, Timestamp};
use mission_control_transport::auth::{Minted, Password, digest, mint};
use serde_json::{Value, json};

use crate::app::{ADMIN_TOKEN, App, Caller, Got};
use crate::viewer::Viewer;

const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");
const FOREIGN: (&str, &str) = ("sec-fetch-site", "cross-site");
const PASSWORD: &str = "correct horse battery staple";

async fn login(app: &App, with: &Value, more: &[(&str, &str)]) -> Got {
    let headers = [&[SAME_ORIGIN], more].concat();
    app.nobody().send("POST", "/api/login", &headers, Some(with)).await
}

/// What the browser of somebody who signs in with this sends from then on.
async fn signed_in(app: &App, with: &Value) -> Result<String, Got> {
    let got = login(app, with, &[]).await;
    if got.status != 204 {
        return Err(got);
    }
    Ok(cookie_of(&got))
}

fn cookie_of(got: &Got) -> String {
    let cookie = got.header("set-cookie").unwrap();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    cookie.split(';').next().unwrap().to_owned()
}

async fn ask(who: Caller<'_>, method: &str, cookie: &str, more: &[(&str, &str)]) -> Got {
    let headers = [&[("cookie", cookie)], more].concat();
    let body = (method == "POST").then(|| json!({"title": "x"}));
    who.send(method, "/api/missions", &headers, body.as_ref()).await
}

async fn as_ada(app: &App, method: &str, path: &str, cookie: &str, body: Option<&Value>) -> Got {
    app.nobody().send(method, path, &[("cookie", cookie), SAME_ORIGIN], body).await
}

/// A person called ada, who may act in the default project.
async fn know_ada(app: &App) {
    let password = Password::chosen(Secret::new(PASSWORD)).unwrap();
    let ada = NewUser {
        login: "ada".parse().unwrap(),
        name: PrincipalName::parse("Ada").unwrap(),
        grants: Grants::within([("default".parse().unwrap(), Role::Operator)]),
        password: Some(app.passwords.hash(password).await.unwrap()),
    };
    assert_eq!(app.stores.directory.add_user(ada).await.unwrap(), Outcome::Done);
}

fn ada(password: &str) -> Value {
    json!({"user": "ada", "password": password})
}

/// What of an answer does not tell one request from another.
fn face(got: &Got) -> Value {
    let mut body = got.json();
    body["request_id"] = json!(null);
    json!([got.status, body])
}

#[tokio::test]
async fn a_session_does_what_its_token_may_and_only_for_our_own_page() {
    let app = App::start().await;
    let viewer = signed_in(&app, &json!({"token": app.token("viewer")})).await.unwrap();
    assert_eq!(ask(app.nobody(), "GET", &viewer, &[]).await.status, 200);
    assert_eq!(ask(app.nobody(), "POST", &viewer, &[SAME_ORIGIN]).await.status, 403);
    let operator = signed_in(&app, &json!({"token": app.token("operator")})).await.unwrap();
    assert_eq!(ask(app.nobody(), "POST", &operator, &[SAME_ORIGIN]).await.status, 201);
    for more in [&[][..], &[FOREIGN], &[("origin", "https://evil.test")], &[("origin", "null")]] {
        let got = ask(app.nobody(), "POST", &operator, more).await;
        assert_eq!(got.refusal(), (403, "cross_origin".to_owned()), "{more:?}");
    }
    let shorter = operator[..operator.len() - 1].to_owned();
    for other in [shorter, format!("{operator}A"), operator.to_lowercase()] {
        assert_eq!(ask(app.nobody(), "GET", &other, &[]).await.status, 401, "{other}");
    }
    // Who brings a token as well is asked for the token alone.
    assert_eq!(ask(app.viewer(), "POST", &operator, &[SAME_ORIGIN]).await.status, 403);
}

#[tokio::test]
async fn a_code_lets_in_once_and_only_until_an_administrator_has_a_password() {
    let app = App::start().await;
    let code = async || app.entrance.setup_code().await.unwrap().unwrap().expose().to_owned();
    let first = code().await;
    let cookie = signed_in(&app, &json!({"code": first})).await.unwrap();
    let me = as_ada(&app, "GET", "/api/me", &cookie, None).await.expect(200);
    assert_eq!((&me["principal"], &me["role"]), (&json!("admin"), &json!("admin")));
    assert_eq!(me["has_password"], json!(false));
    let again = signed_in(&app, &json!({"code": first})).await.unwrap_err();
    assert_eq!(again.refusal(), (401, "wrong_credentials".to_owned()));

    let (second, third) = (code().await, code().await);
    let void = signed_in(&app, &json!({"code": second})).await.unwrap_err();
    assert_eq!(void.status, 401, "the next code is the only one");
    let body = json!({"new_password": PASSWORD});
    assert_eq!(as_ada(&app, "POST", "/api/me/password", &cookie, Some(&body)).await.status, 204);
    let late = signed_in(&app, &json!({"code": third})).await.unwrap_err();
    assert_eq!(late.status, 401, "there is an administrator now");
    assert_eq!(app.entrance.setup_code().await.unwrap(), None);
}

#[tokio::test]
async fn a_code_raises_nobody_who_has_a_password_already() {
    let app = App::start().await;
    let code = app.entrance.setup_code().await.unwrap().unwrap();
    let password = Password::chosen(Secret::new(PASSWORD)).unwrap();
    let viewer = NewUser {
        login: "admin".parse().unwrap(),
        name: PrincipalName::parse("Somebody").unwrap(),
        grants: Grants::everywhere(Role::Viewer),
        password: Some(app.passwords.hash(password).await.unwrap()),
    };
    assert_eq!(app.stores.directory.add_user(viewer).await.unwrap(), Outcome::Done);
    let refused = signed_in(&app, &json!({"code": code.expose()})).await.unwrap_err();
    assert_eq!(refused.refusal(), (401, "wrong_credentials".to_owned()));
    assert_eq!(app.entrance.setup_code().await.unwrap(), None);
}

#[tokio::test]
async fn whatever_is_wrong_is_refused_alike_and_costs_the_same() {
    let app = App::start().await;
    know_ada(&app).await;
    let mut refusals = Vec::new();
    for with in [
        ada("wrong"),
        ada(""),
        json!({"user": "nobody", "password": PASSWORD}),
        json!({"user": "No Login At All", "password": PASSWORD}),
        json!({"user": "", "password": PASSWORD}),
    ] {
        let before = app.passwords.hashed();
        let refused = signed_in(&app, &with).await.unwrap_err();
        assert_eq!(app.passwords.hashed(), before + 1, "{with}: one password is hashed");
        assert_eq!(refused.header("set-cookie"), None, "{with}");
        refusals.push(face(&refused));
    }
    for with in [json!({"token": "wrong"}), json!({"token": ""}), json!({"code": "wrong"})] {
        refusals.push(face(&signed_in(&app, &with).await.unwrap_err()));
    }
    let kept_out = UserChange { disabled: Some(true), ..UserChange::default() };
    let login = "ada".parse().unwrap();
    app.stores.directory.change_user(&login, kept_out, None).await.unwrap();
    refusals.push(face(&signed_in(&app, &ada(PASSWORD)).await.unwrap_err()));
    assert_eq!(refusals[0][1]["code"], "wrong_credentials");
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:#?}");
}

#[tokio::test]
async fn what_cannot_be_a_credential_is_refused_before_any_work() {
    let app = App::start().await;
    know_ada(&app).await;
    let before = app.passwords.hashed();
    for (with, status, code) in [
        (json!({}), 422, "missing_field"),
        (json!({"user": "ada"}), 422, "missing_field"),
        (json!({"password": PASSWORD}), 422, "missing_field"),
        (json!({"token": "x", "code": "x"}), 422, "missing_field"),
        (json!({"user": "ada", "password": PASSWORD, "token": "x"}), 422, "missing_field"),
        (json!({"user": "ada", "password": 7}), 422, "wrong_type"),
        (ada(&"x".repeat(1_025)), 422, "too_large"),
        (ada("with a \u{0} inside"), 422, "control_character"),
        (json!({"user": "ada", "pass": "x"}), 422, "unknown_field"),
    ] {
        let refused = signed_in(&app, &with).await.unwrap_err();
        assert_eq!(refused.refusal(), (status, code.to_owned()), "{with}");
    }
    let much = ada(&"x".repeat(1_024 * 1_024));
    assert_eq!(signed_in(&app, &much).await.unwrap_err().status, 413);
    assert_eq!(app.passwords.hashed(), before);
    let with = ada(PASSWORD);
    let got = app.nobody().send("POST", "/api/login", &[FOREIGN], Some(&with)).await;
    assert_eq!(got.refusal(), (403, "cross_origin".to_owned()));
}

#[tokio::test]
async fn guesses_run_out_and_somebody_who_is_in_goes_on() {
    let app = App::at_one_instant().await;
    know_ada(&app).await;
    let cookie = signed_in(&app, &ada(PASSWORD)).await.unwrap();
    let before = app.passwords.hashed();
    for _ in 0..10 {
        let refused = signed_in(&app, &ada("a guess")).await.unwrap_err();
        assert_eq!(refused.refusal(), (401, "wrong_credentials".to_owned()));
    }
    for password in ["another guess", PASSWORD] {
        let refused = signed_in(&app, &ada(password)).await.unwrap_err();
        assert_eq!(refused.refusal(), (429, "too_many_tries".to_owned()), "{password}");
        assert_eq!(refused.header("retry-after"), Some("30"));
    }
    assert_eq!(app.passwords.hashed(), before + 10);
    assert_eq!(ask(app.nobody(), "GET", &cookie, &[]).await.status, 200);
    // From a browser that is in, also another time.
    let again = login(&app, &ada(PASSWORD), &[("cookie", &cookie)]).await;
    assert_eq!(again.status, 204, "{again:?}");
    let fresh = cookie_of(&again);
    assert_eq!(ask(app.nobody(), "GET", &fresh, &[]).await.status, 200);
    // Of other accounts there are tries left from here, and then of none.
    let mut statuses = Vec::new();
    for number in 0..30 {
        let body = json!({"user": format!("user{number}"), "password": "a guess"});
        statuses.push(signed_in(&app, &body).await.unwrap_err().status);
    }
    assert_eq!(statuses, [[401; 20].as_slice(), &[429; 10]].concat());
}

#[tokio::test]
async fn two_hundred_at_once_make_no_more_work_than_their_tries() {
    let app = App::at_one_instant().await;
    know_ada(&app).await;
    let before = app.passwords.hashed();
    let bodies: Vec<_> = (0..200)
        .map(|number| json!({"user": format!("user{}", number % 50), "password": "a guess"}))
        .collect();
    let statuses: Vec<u16> = join_all(
        bodies.iter().map(|body| async { signed_in(&app, body).await.unwrap_err().status }),
    )
    .await;
    let of = |status| statuses.iter().filter(|it| **it == status).count();
    assert_eq!(of(401) + of(429) + of(503), 200, "{statuses:?}");
    // On a busy machine some have waited too long for their answer; their work is done all the same.
    let hashed = app.passwords.hashed() - before;
    assert!((1..=30).contains(&hashed) && of(401) as u64 <= hashed, "{hashed}: {statuses:?}");
}

#[tokio::test]
async fn a_new_session_has_an_id_of_its_own_and_the_one_before_is_over() {
    let app = App::start().await;
    know_ada(&app).await;
    let name = app.authenticator.cookie();
    let planted = format!("{name}={}", "A".repeat(43));
    let got = login(&app, &ada(PASSWORD), &[("cookie", &planted)]).await;
    let first = cookie_of(&got);
    assert_ne!(first, planted, "nobody chooses the id for somebody else");
    let second = cookie_of(&login(&app, &ada(PASSWORD), &[("cookie", &first)]).await);
    assert_ne!(first, second);
    assert_eq!(ask(app.nobody(), "GET", &first, &[]).await.status, 401);
    assert_eq!(ask(app.nobody(), "GET", &second, &[]).await.status, 200);
    assert_eq!(ask(app.nobody(), "GET", &planted, &[]).await.status, 401);
}

#[tokio::test]
async fn whoever_signs_out_is_forgotten_by_server_and_browser() {
    let app = App::start().await;
    let cookie = signed_in(&app, &json!({"token": app.token("viewer")})).await.unwrap();
    let headers = [("cookie", cookie.as_str()), SAME_ORIGIN];
    let got = app.nobody().send("POST", "/api/logout", &headers, None).await;
    assert_eq!(got.status, 204);
    let cleared = got.header("set-cookie").unwrap();
    let name = cookie.split('=').next().unwrap();
    assert!(
        cleared.starts_with(&format!("{name}=;")) && cleared.contains("Max-Age=0"),
        "{cleared}"
    );
    assert_eq!(ask(app.nobody(), "GET", &cookie, &[]).await.status, 401);
    assert_eq!(app.nobody().send("POST", "/api/logout", &headers, None).await.status, 204, "again");
    let foreign = [("cookie", cookie.as_str()), FOREIGN];
    assert_eq!(app.nobody().send("POST", "/api/logout", &foreign, None).await.status, 403);
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it() {
    let app = App::start().await;
    know_ada(&app).await;
    let (cookie, other) = (
        signed_in(&app, &ada(PASSWORD)).await.unwrap(),
        signed_in(&app, &ada(PASSWORD)).await.unwrap(),
    );
    let change = async |cookie: &str, body: Value| {
        as_ada(&app, "POST", "/api/me/password", cookie, Some(&body)).await
    };
    const NEXT: &str = "another horse, another staple";
    for (body, status, code) in [
        (json!({"new_password": NEXT}), 422, "missing_field"),
        (json!({"current_password": "wrong", "new_password": NEXT}), 401, "wrong_credentials"),
        (json!({"current_password": PASSWORD, "new_password": "short"}), 422, "too_short"),
        (
            json!({"current_password": PASSWORD, "new_password": "x".repeat(1_025)}),
            422,
            "too_large",
        ),
        (json!({"current_password": PASSWORD}), 422, "missing_field"),
    ] {
        assert_eq!(
            change(&cookie, body.clone()).await.refusal(),
            (status, code.to_owned()),
            "{body}"
        );
    }
    let changed =
        change(&cookie, json!({"current_password": PASSWORD, "new_password": NEXT})).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    let renewed = cookie_of(&changed);
    for (cookie, status) in [(&cookie, 401), (&other, 401), (&renewed, 200)] {
        assert_eq!(ask(app.nobody(), "GET", cookie, &[]).await.status, status);
    }
    assert_eq!(signed_in(&app, &ada(PASSWORD)).await.unwrap_err().status, 401);
    signed_in(&app, &ada(NEXT)).await.unwrap();
    // A program has no password, not even its maker's.
    let got = app.operator().post("/api/me/password", &json!({"new_password": NEXT})).await;
    assert_eq!(got.refusal(), (403, "no_person".to_owned()));
}

#[tokio::test]
async fn everybody_reads_who_they_are() {
    let app = App::start().await;
    know_ada(&app).await;
    let cookie = signed_in(&app, &ada(PASSWORD)).await.unwrap();
    let me = as_ada(&app, "GET", "/api/me", &cookie, None).await.expect(200);
    assert_eq!(
        (&me["principal"], &me["name"], &me["role"]),
        (&json!("ada"), &json!("Ada"), &json!(null))
    );
    assert_eq!(me["projects"], json!({"default": "operator"}));
    assert_eq!((&me["has_password"], &me["token"]), (&json!(true), &json!(null)));
    assert_eq!(me["session"].as_str().map(str::len), Some(16));
    assert_eq!(me.get("no_auth"), None);
    let program = app.viewer().get("/api/me").await.expect(200);
    assert_eq!((&program["session"], program.get("has_password")), (&json!(null), None));
    assert_eq!(
        program["principal"],
        json!(format!("token:{}", program["token"].as_str().unwrap()))
    );
    assert_eq!(app.viewer().get("/api/me/sessions").await.expect(200)["sessions"], json!([]));
    for path in ["/api/me", "/api/me/sessions"] {
        assert_eq!(app.nobody().get(path).await.status, 401, "{path}");
    }
}

/// A token of the administrator's with this end.
async fn token(app: &App, id: u128, expires_at: Option<Timestamp>) -> String {
    let owner = PrincipalId::of_settings(&digest(ADMIN_TOKEN));
    let (Minted { token, digest, hint }, name) = (mint(), PrincipalName::parse("t").unwrap());
    let scope = TokenScope { role: Role::Viewer, project: None, agent: None };
    let new = NewToken { id: TokenId::new(id), digest, hint, name, owner, scope, expires_at };
    assert_eq!(app.stores.directory.add_token(new).await.unwrap(), Outcome::Done);
    token.expose().to_owned()
}

#[tokio::test]
async fn nothing_that_is_like_a_token_opens_any_door() {
    let app = App::start().await;
    let good = token(&app, 1, None).await;
    let revoked = token(&app, 2, None).await;
    app.stores.directory.revoke_token(TokenId::new(2), None).await.unwrap();
    let past = SystemClock.now().minus(std::time::Duration::from_secs(3_600));
    let expired = token(&app, 3, Some(past)).await;
    let forms = [
        String::new(),
        good[..good.len() - 1].to_owned(),
        format!("{good}0"),
        good.to_uppercase(),
        good.to_lowercase(),
        good.replace("mc_", "mc-"),
        mint().token.expose().to_owned(),
        "mc_".to_owned(),
        "garbage".to_owned(),
        revoked,
        expired,
    ];
    let headers = forms.iter().map(|form| format!("Bearer {form}")).chain([
        "Bearer".to_owned(),
        format!("Bearer  {good}"),
        format!("Bearer {good} {good}"),
        format!("Basic {good}"),
        good.clone(),
    ]);
    for header in headers {
        let header = [("authorization", header.as_str())];
        for path in
            ["/api/missions", "/api/live/stream", "/api/me", "/api/missions/export?format=csv"]
        {
            let got = app.nobody().open("GET", path, &header, None).await;
            assert_eq!(got.status().as_u16(), 401, "{header:?} {path}");
            assert!(got.headers().contains_key("www-authenticate"), "{header:?} {path}");
        }
        let knocked = Viewer::knock(app.nobody(), "", &header).await.err();
        assert_eq!(knocked, Some((401, "unauthenticated".to_owned())), "{header:?}");
    }
    let header = [("authorization", &*format!("bearer {good}"))];
    assert_eq!(app.nobody().send("GET", "/api/missions", &header, None).await.status, 200);
    for name in ["token", "access_token"] {
        let got = app.nobody().get(&format!("/api/missions?{name}={good}")).await;
        assert_eq!(got.status, 401, "no token travels in an address");
    }
}
