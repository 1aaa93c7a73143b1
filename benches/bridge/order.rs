//! What a client process is asked to do, a line of JSON each, and what it says.

use std::collections::BTreeMap;

use lync_failover::{bridge::Answer, lync::cmdlet::Query};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The first line: where to go, as whom, and what there is to ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// A port of 127.0.0.1.
    pub(crate) port: u16,
    /// Our client checks the certificate against this name, pypsrp against `localhost`.
    pub(crate) host: String,
    /// The file with the authority of HTTPS; without it HTTP.
    pub(crate) authority: Option<String>,
    pub(crate) account: String,
    pub(crate) password: String,
    /// The one query.
    pub(crate) query: Query,
    /// All queries of an observation.
    pub(crate) observation: Vec<Query>,
    /// The same two as pypsrp takes them: a cmdlet with its parameters.
    pub(crate) calls: BTreeMap<Questions, Vec<Value>>,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Questions {
    Query,
    Observation,
}

/// A line after the first one. `End` has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Order {
    Run(Run),
    /// Ask for the observation, and hand it over. With one pipeline or one a query.
    Show {
        joined: bool,
    },
    /// End the shells of cold runs.
    Close,
    End,
}

/// Something to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) questions: Questions,
    /// Each time by a new connection with a new shell, which stays until [`Order::Close`].
    pub(crate) cold: bool,
    /// For pypsrp: all in one pipeline by the module's function. Our client does so always.
    pub(crate) joined: bool,
    pub(crate) times: u32,
}

/// What came of an order.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reply {
    /// How long each took.
    pub(crate) seconds: Vec<f64>,
    /// The objects that one brought; each the same number.
    pub(crate) objects: usize,
    /// The texts of each object of each query, sorted.
    pub(crate) shown: Vec<Vec<Vec<(String, String)>>>,
}

/// A query as pypsrp takes it.
pub(crate) fn call(query: &Query) -> Value {
    use lync_failover::lync::Argument;
    let call = query.invocation();
    let arguments = call.parameters.iter().map(|own| match &own.value {
        Argument::Switch(flag) => (own.name.clone(), json!(flag)),
        Argument::Text(text) => (own.name.clone(), json!(text)),
        other => panic!("{other:?} is new here"),
    });
    json!([call.command, arguments.collect::<serde_json::Map<_, _>>()])
}

/// The texts of answers. Times differ from one observation to the next.
pub(crate) fn texts(answers: &[Answer]) -> Vec<Vec<Vec<(String, String)>>> {
    use lync_failover::lync::ps::PsValue;
    let texts = |row: &lync_failover::lync::ps::PsObject| {
        let own = row.properties.iter().filter_map(|(name, value)| match value {
            PsValue::Text(text) => Some((name.clone(), text.clone())),
            _ => None,
        });
        let whole = row.text.iter().filter(|_| row.properties.is_empty());
        let mut all: Vec<_> = own.chain(whole.map(|text| (String::new(), text.clone()))).collect();
        all.sort();
        all
    };
    let rows = |answer: &Answer| answer.as_ref().expect("no error").iter().map(texts).collect();
    answers.iter().map(rows).collect()
}
