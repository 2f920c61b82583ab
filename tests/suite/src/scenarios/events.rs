//! The progress events of one operation: their rules, and a summary to compare.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Checks the order of the events of each blob, and summarises them: `{"blobs": N, "outcomes": {TITLE: OUTCOME}}`,
/// without blobs that have no title.
pub(super) fn summary(events: &Value) -> Result<Value, String> {
    let events = events.as_array().ok_or(format!("the events are {events}, expected a list"))?;
    let mut blobs: BTreeMap<&str, Blob> = BTreeMap::new();
    for event in events {
        let digest = event["digest"].as_str().ok_or(format!("{event} has no digest"))?;
        let blob = blobs.entry(digest).or_default();
        blob.add(event).map_err(|why| format!("{why}: {event} in {events:?}"))?;
    }
    let mut outcomes = Map::new();
    for (digest, blob) in &blobs {
        let outcome = blob.outcome.ok_or(format!("no last event of {digest} in {events:?}"))?;
        if let Some(title) = blob.title {
            outcomes.insert(title.to_owned(), json!(outcome));
        }
    }
    Ok(json!({ "blobs": blobs.len(), "outcomes": outcomes }))
}

#[derive(Default)]
struct Blob<'a> {
    title: Option<&'a str>,
    is_started: bool,
    position: u64,
    outcome: Option<&'a str>,
}

impl<'a> Blob<'a> {
    fn add(&mut self, event: &'a Value) -> Result<(), String> {
        if self.outcome.is_some() {
            return Err("an event after the last".to_owned());
        }
        self.title = event["title"].as_str();
        let size = event["size"].as_u64().ok_or("no size")?;
        match event["kind"].as_str() {
            Some("started") if self.is_started => return Err("a second start".to_owned()),
            Some("started") => self.is_started = true,
            Some("moved") => {
                if !self.is_started {
                    return Err("a position before the start".to_owned());
                }
                self.position = event["position"].as_u64().ok_or("no position")?;
                if self.position > size {
                    return Err("a position after the end".to_owned());
                }
            }
            Some("finished") => {
                let outcome = event["outcome"].as_str().ok_or("no outcome")?;
                let is_whole = self.position == size || !self.is_started;
                if matches!(outcome, "uploaded" | "written" | "checked") && !is_whole {
                    return Err(format!("an end at {}", self.position));
                }
                self.outcome = Some(outcome);
            }
            _ => return Err("an unknown kind".to_owned()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, position: u64) -> Value {
        json!({"kind": kind, "digest": "d", "title": "t", "size": 3, "position": position, "outcome": "written"})
    }

    #[test]
    fn events_are_summarised() {
        let events = [event("started", 0), event("moved", 3), event("finished", 3)];
        let expected = json!({"blobs": 1, "outcomes": {"t": "written"}});
        assert_eq!(summary(&json!(events)), Ok(expected));
        assert_eq!(summary(&json!([])), Ok(json!({"blobs": 0, "outcomes": {}})));
    }

    #[test]
    fn wrong_events_are_found() {
        let (start, half, whole, end) =
            (event("started", 0), event("moved", 2), event("moved", 3), event("finished", 3));
        for wrong in [
            json!(null),
            json!([{"kind": "started"}]),
            json!([start]),
            json!([start, whole]),
            json!([start, start, whole, end]),
            json!([whole, end]),
            json!([start, half, end]),
            json!([start, event("moved", 4), end]),
            json!([start, whole, end, end]),
            json!([event("ended", 3)]),
        ] {
            assert!(summary(&wrong).is_err(), "{wrong}");
        }
    }
}
