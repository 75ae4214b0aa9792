//! What waits and why, what failed and what is done about it, on both stores.

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use serde_json::{Value, json};

use crate::house::{Control, House, text};

/// Far away, and a time all the same.
const LATER: &str = "2099-01-01T00:00:00.000000Z";

/// Shows something on a server over each of the stores; nothing but the test performs missions.
async fn on_both(show: impl AsyncFn(&Control) -> Result<()>) -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    show(&control).await.context("on SQLite")?;
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    let house = House::new()?;
    let control = house.start_on(database.dsn(), &["--no-worker"]).await?;
    show(&control).await.context("on PostgreSQL")
}

async fn get(control: &Control, path: &str) -> Result<Value> {
    control.admin.get(path).await?.expect(StatusCode::OK)
}

async fn post(control: &Control, path: &str, body: &Value) -> Result<Value> {
    control.admin.post(path, body).await?.expect(StatusCode::OK)
}

async fn limit(control: &Control, kind: &str, limits: &Value) -> Result<Value> {
    let call = control.admin.request(Method::PUT, &format!("/api/queue/{kind}"));
    call.json(limits).send().await?.expect(StatusCode::OK)
}

/// An agent that takes what it is asked to take.
async fn agent(control: &Control) -> Result<String> {
    let body = json!({"name": "atlas", "type": "worker", "max_concurrent": 10});
    text(&control.admin.post("/api/agents", &body).await?.json()?["agent"]["id"])
}

/// The gates that keep a mission, and what one of them hangs on.
async fn closed(control: &Control, id: &str) -> Result<(Vec<String>, Value)> {
    let explained = get(control, &format!("/api/missions/{id}/explain")).await?;
    let gates = explained["gates"].as_array().context("gates")?;
    let shut: Vec<&Value> = gates.iter().filter(|gate| gate["open"] == false).collect();
    let names = shut.iter().map(|gate| text(&gate["gate"])).collect::<Result<_>>()?;
    let ready = explained["ready"] == true;
    anyhow::ensure!(ready == shut.is_empty(), "ready, or kept by something: {explained}");
    anyhow::ensure!(ready != explained["position"].is_null(), "a place is for the ready");
    Ok((names, shut.first().map(|gate| gate["blocking"][0].clone()).unwrap_or_default()))
}

/// The only gate that keeps a mission, and what is read under the link of what it hangs on.
async fn kept_by(control: &Control, body: Value) -> Result<(String, String, Value)> {
    let id = control.create(&body).await?;
    let (gates, blocking) = closed(control, &id).await?;
    anyhow::ensure!(gates.len() == 1, "{body} is kept by {gates:?}");
    let linked = match blocking["href"].as_str() {
        Some(href) => get(control, href).await?,
        None => Value::Null,
    };
    let kind = blocking["type"].as_str().unwrap_or_default().to_owned();
    Ok((gates[0].clone(), kind, linked))
}

#[tokio::test]
async fn each_gate_is_told_as_the_one_that_keeps_a_mission_with_a_link_to_what_it_hangs_on()
-> Result<()> {
    on_both(async |control| {
        let agent = agent(control).await?;
        let kept = async |body| kept_by(control, body).await;
        let told = |(gate, kind, _): &(String, String, Value)| format!("{gate} {kind}");

        let held = kept(json!({"title": "held", "held": true})).await?;
        assert_eq!(told(&held), "held ");
        let later = control.create(&json!({"title": "later", "scheduled_at": LATER})).await?;
        assert_eq!(closed(control, &later).await?.0, ["scheduled"]);
        let explained = get(control, &format!("/api/missions/{later}/explain")).await?;
        assert_eq!(explained["earliest_at"], LATER);
        let gpu = kept(json!({"title": "gpu", "required_capabilities": ["gpu"]})).await?;
        assert_eq!(told(&gpu), "capabilities ");

        let first = control.create(&json!({"title": "first", "kind": "external"})).await?;
        let after = kept(json!({"title": "after", "depends_on": [first]})).await?;
        assert_eq!(
            (told(&after).as_str(), &after.2["mission"]["id"]),
            ("dependencies mission", &json!(first))
        );

        post(control, "/api/queue/survey/pause", &json!({})).await?;
        let paused = kept(json!({"title": "paused", "kind": "survey"})).await?;
        assert_eq!(told(&paused), "paused queue");
        let queue = &paused.2["queues"][0];
        assert_eq!((&queue["kind"], &queue["paused"]), (&json!("survey"), &json!(true)));
        post(control, "/api/queue/pause", &json!({})).await?;
        let paused = kept(json!({"title": "all paused"})).await?;
        assert_eq!(
            (told(&paused).as_str(), &paused.2["project"]["paused"]),
            ("paused project", &json!(true))
        );
        post(control, "/api/queue/resume", &json!({})).await?;

        limit(control, "paint", &json!({"running_limit": 1})).await?;
        control.create(&json!({"title": "one", "kind": "paint"})).await?;
        control.create(&json!({"title": "keyed", "kind": "ink", "concurrency_key": "pen"})).await?;
        let want = json!({"max": 2, "kinds": ["paint", "ink"]});
        let claimed = control.ask(&agent, "claim", &want).await?;
        assert_eq!(claimed["missions"].as_array().map(Vec::len), Some(2), "{claimed}");
        let limited = kept(json!({"title": "another", "kind": "paint"})).await?;
        assert_eq!(
            (told(&limited).as_str(), &limited.2["queues"][0]["running_limit"]),
            ("kind_limit queue", &json!(1))
        );
        let keyed =
            kept(json!({"title": "keyed", "kind": "ink", "concurrency_key": "pen"})).await?;
        assert_eq!(
            (told(&keyed).as_str(), &keyed.2["queues"][0]["running"]),
            ("key_limit queue", &json!(1))
        );

        let free = control.create(&json!({"title": "free", "kind": "free"})).await?;
        assert_eq!(closed(control, &free).await?.0, [""; 0]);
        Ok(())
    })
    .await
}

/// Surveys that wait for all kinds of reasons; the id of the one that goes first.
async fn surveys(control: &Control) -> Result<String> {
    let survey = async |more: Value| {
        let mut body = json!({"title": "one", "kind": "survey"});
        let members = body.as_object_mut().context("an object")?;
        members.extend(more.as_object().cloned().unwrap_or_default());
        control.create(&body).await
    };
    let first = survey(json!({"priority": "critical"})).await?;
    for more in [
        json!({}),
        json!({"priority": "high"}),
        json!({"priority": "high"}),
        json!({"held": true}),
        json!({"scheduled_at": LATER, "priority": "low"}),
        json!({"depends_on": [first]}),
    ] {
        survey(more).await?;
    }
    Ok(first)
}

#[tokio::test]
async fn queues_tell_what_waits_for_what_and_who_has_set_them() -> Result<()> {
    on_both(async |control| {
        let (agent, first) = (agent(control).await?, surveys(control).await?);
        let want = json!({"max": 1, "kinds": ["survey"]});
        assert_eq!(
            control.ask(&agent, "claim", &want).await?["missions"][0]["mission"]["id"],
            json!(first)
        );
        control.create(&json!({"title": "other"})).await?;
        limit(control, "survey", &json!({"running_limit": 3, "key_limit": 2})).await?;
        let told = post(control, "/api/queue/survey/pause", &json!({})).await?["queues"][0].clone();
        let set = get(control, "/api/queue?kind=survey").await?["queues"][0].clone();
        assert_eq!((&told["kind"], &told["updated_at"]), (&set["kind"], &set["updated_at"]));
        assert_eq!(
            (&set["kind"], &set["paused"], &set["running_limit"]),
            (&json!("survey"), &json!(true), &json!(3))
        );
        assert_eq!(
            set["waiting"],
            json!({"total": 6, "critical": 0, "high": 2, "medium": 3, "low": 1})
        );
        for (member, value) in [
            ("running", 1),
            ("ready", 3),
            ("scheduled", 1),
            ("held", 1),
            ("blocked", 1),
            ("key_limit", 2),
        ] {
            assert_eq!(set[member], json!(value), "{member}: {set}");
        }
        assert!(set["exact"] == true && set["oldest_waiting_since"].is_string(), "{set}");
        assert!(set["updated_by"].is_string() && set["updated_at"].is_string(), "{set}");

        let again =
            post(control, "/api/queue/survey/pause", &json!({})).await?["queues"][0].clone();
        assert_eq!(again["updated_at"], set["updated_at"], "what was so already is no change");
        let all = get(control, "/api/queue").await?;
        let kinds: Vec<_> =
            all["queues"].as_array().context("queues")?.iter().map(|it| &it["kind"]).collect();
        assert_eq!(kinds, ["default", "survey"]);
        assert_eq!(
            (&all["project"]["waiting"]["total"], &all["project"]["running"]),
            (&json!(7), &json!(1))
        );
        let unknown = get(control, "/api/queue?kind=nowhere").await?;
        assert_eq!(unknown["queues"][0]["waiting"]["total"], 0, "{unknown}");

        let none = limit(control, "survey", &json!({})).await?["queues"][0].clone();
        assert_eq!(
            (&none["running_limit"], &none["key_limit"], &none["paused"]),
            (&json!(null), &json!(null), &json!(true))
        );
        let resumed = post(control, "/api/queue/survey/resume", &json!({})).await?;
        assert_eq!(resumed["queues"][0]["paused"], false);
        let want = json!({"max": 9, "kinds": ["survey"]});
        let taken = control.ask(&agent, "claim", &want).await?;
        assert_eq!(taken["missions"].as_array().map(Vec::len), Some(3), "{taken}");
        Ok(())
    })
    .await
}

/// A mission that has failed for good.
async fn failed(control: &Control, error: &str, class: &str) -> Result<String> {
    let id = control.create(&json!({"title": "doomed", "kind": "external"})).await?;
    control.act(&id, "start").await?;
    let failure = json!({"error_message": error, "class": class});
    post(control, &format!("/api/missions/{id}/fail"), &failure).await?;
    Ok(id)
}

/// What became of each mission, by its id.
fn outcomes(reply: &Value) -> Vec<(&str, &str)> {
    let all = reply["outcomes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut told: Vec<_> = all
        .iter()
        .filter_map(|one| Some((one["mission_id"].as_str()?, one["outcome"].as_str()?)))
        .collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn what_failed_alike_is_retried_or_discarded_as_it_was_shown() -> Result<()> {
    on_both(async |control| {
        let mut crashed = Vec::new();
        for job in 1..=4 {
            let error = format!("job {job}: no answer from '10.0.0.{job}' after {job}.5 s");
            crashed.push(failed(control, &error, "transient").await?);
        }
        let other = failed(control, "no such model", "invalid_input").await?;
        let letter = get(control, "/api/queue/dead-letter").await?;
        let groups = letter["groups"].as_array().context("groups")?;
        assert_eq!(
            (groups.len(), &letter["total"], &letter["more"]),
            (2, &json!(5), &json!(false))
        );
        assert_eq!(groups[0]["mission_ids"], json!([other]), "the last one first");
        let group = &groups[1];
        assert_eq!((&group["count"], &group["failure_class"]), (&json!(4), &json!("transient")));
        assert_eq!(
            (&group["count_capped"], &group["kinds"]),
            (&json!(false), &json!(["external"]))
        );
        assert_eq!(group["sample_error"], "job 4: no answer from '10.0.0.4' after 4.5 s");
        assert!(group["advice"].as_str().is_some_and(|advice| advice.ends_with('.')), "{group}");

        // One by itself, which is no longer as it was shown then; the group; the rest by a filter.
        let fingerprint = text(&group["fingerprint"])?;
        let list = get(control, &format!("/api/missions?fingerprint={fingerprint}")).await?;
        assert_eq!(list["total"], 4);
        let filter = json!({"dead_letter": true, "fingerprint": fingerprint});
        let body = json!({"action": "retry", "filter": filter, "dry_run": true});
        let preview = post(control, "/api/missions/bulk", &body).await?;
        assert_eq!((&preview["count"], &preview["breakdown"]["failed"]), (&json!(4), &json!(4)));
        control.act(&crashed[1], "retry").await?;
        let reason = json!({"reason": "the source is gone"});
        post(control, &format!("/api/missions/{}/discard", crashed[2]), &reason).await?;
        let late =
            failed(control, "job 9: no answer from '10.0.0.9' after 9.5 s", "transient").await?;
        let token = json!({"preview_token": preview["preview_token"]});
        let done = post(control, "/api/missions/bulk", &token).await?;
        let expected = [(0, "done"), (1, "skipped"), (2, "skipped"), (3, "done")];
        assert_eq!(outcomes(&done), expected.map(|(index, word)| (crashed[index].as_str(), word)));
        assert_eq!(control.mission(&late).await?["status"], "failed", "it was not shown");

        let letter = get(control, "/api/queue/dead-letter?limit=1").await?;
        let [group] = letter["groups"].as_array().context("groups")?.as_slice() else {
            anyhow::bail!("one group is shown: {letter}")
        };
        assert_eq!((&group["mission_ids"], &letter["more"]), (&json!([late]), &json!(true)));
        let body = json!({"action": "discard", "filter": {"dead_letter": true}, "dry_run": true,
            "reason": "nobody wants it"});
        let preview = post(control, "/api/missions/bulk", &body).await?;
        let token = json!({"preview_token": preview["preview_token"]});
        let done = post(control, "/api/missions/bulk", &token).await?;
        assert_eq!((&done["done"], &done["skipped"]), (&json!(2), &json!(0)), "{done}");
        assert_eq!(get(control, "/api/queue/dead-letter").await?["groups"], json!([]));
        for (id, reason) in [(&crashed[2], "the source is gone"), (&late, "nobody wants it")] {
            let events = get(control, &format!("/api/missions/{id}/events")).await?;
            let last = events["events"].as_array().and_then(|all| all.last()).cloned();
            let last = last.context("it has events")?;
            assert_eq!(
                (&last["type"], &last["reason"]),
                (&json!("mission_discarded"), &json!(reason))
            );
        }
        Ok(())
    })
    .await
}
