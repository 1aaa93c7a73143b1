//! An observation as a document: taken once, read later, by people and by `plan`, `simulate` and `init`.
//!
//! It names servers and says who serves whom; it holds no account and no password. It is not a resource:
//! nobody applies it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    api::{GROUP, VERSION, format_duration},
    lync::{Fact, Observed, PoolKind, Version, Why},
};

/// The kind of the document.
pub const KIND: &str = "LyncSnapshot";

/// What was seen of one Lync organisation, with each fact's time and source, and why a fact is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Snapshot {
    api_version: String,
    kind: String,
    /// Which deployment it is of.
    pub metadata: Subject,
    /// When the observation was complete, by the observer's clock. No fact is younger.
    pub taken_at: Timestamp,
    /// Who took it: the program and its version.
    pub taken_by: String,
    /// What was seen.
    pub observed: Observed,
}

/// The name of the `LyncDeployment` that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

/// Why a text is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SnapshotError(String);

impl Snapshot {
    /// A snapshot by this version of the program.
    pub fn new(metadata: Subject, taken_at: Timestamp, observed: Observed) -> Self {
        Self {
            api_version: format!("{GROUP}/{VERSION}"),
            kind: KIND.to_owned(),
            metadata,
            taken_at,
            taken_by: concat!("lync-failover ", env!("CARGO_PKG_VERSION")).to_owned(),
            observed,
        }
    }

    /// Reads a snapshot from YAML or JSON.
    ///
    /// # Errors
    ///
    /// When it is something else, or of another version; says which.
    pub fn from_text(text: &str) -> Result<Self, SnapshotError> {
        let head: Head = serde_yaml::from_str(text)
            .map_err(|_| SnapshotError(format!("this is no {KIND}; `lync-failover snapshot` writes one")))?;
        let expected = format!("{GROUP}/{VERSION}");
        if head.kind != KIND {
            return Err(SnapshotError(format!("this is a {}, not a {KIND}", head.kind)));
        }
        if head.api_version != expected {
            return Err(SnapshotError(format!(
                "apiVersion is {}; this program reads {expected}",
                head.api_version
            )));
        }
        serde_yaml::from_str(text).map_err(|error| SnapshotError(error.to_string()))
    }

    /// The document as YAML, with what people should know about it on top.
    ///
    /// # Errors
    ///
    /// When it cannot be written as YAML.
    pub fn to_yaml(&self) -> Result<String, SnapshotError> {
        let body = serde_yaml::to_string(self).map_err(|error| SnapshotError(error.to_string()))?;
        let mut head = format!(
            "# What was seen of {}/{} at {:.0}. For plan, simulate and init (--snapshot); kubectl has no use for it.\n\
             # It names servers and says who serves whom. It holds no account and no password.\n",
            self.metadata.namespace, self.metadata.name, self.taken_at
        );
        for line in self.unseen() {
            // A message of Lync may have several lines.
            head += &format!("# Not seen: {}\n", line.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        Ok(head + &body)
    }

    /// How old it is; negative if it comes from the future.
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.taken_at)
    }

    /// Its age in words, and what to think of it: facts older than `stale_after` carry no decision in a
    /// running operator.
    pub fn age_in_words(&self, now: Timestamp, stale_after: SignedDuration) -> String {
        let age = self.age(now);
        let taken = format!("a snapshot taken at {:.0}", self.taken_at);
        if age.is_negative() {
            let ahead = span_in_words(-age);
            return format!("{taken}, {ahead} ahead of this machine's clock: one of the two clocks is wrong");
        }
        let ago = span_in_words(age);
        if age > stale_after {
            format!("{taken}, {ago} ago. It is stale: Lync may be different now")
        } else {
            format!("{taken}, {ago} ago")
        }
    }

    /// What could not be seen and should have been, one line each. Facts that an organisation as this one
    /// does not have are left out, such as the Backup Service of a pool without a pair.
    pub fn unseen(&self) -> Vec<String> {
        let Observed {
            topology,
            pool_states,
            central_management,
            next_hops,
            replicas,
            backup_services,
            sip: _,
            registrars,
            // The same answer as that about the Registrar.
            store_services: _,
            peers,
            user_databases,
            endpoints,
            guards: _,
            exports,
        } = &self.observed;
        let mut lines = Vec::new();
        let mut look =
            |what: String, why: Option<&Why>| lines.extend(why.map(|why| format!("{what}: {why}")));
        look("topology".to_owned(), unknown(topology));
        for (pool, fact) in pool_states {
            look(format!("PoolState of {pool}"), unknown(fact));
        }
        let cms = central_management;
        look("active Central Management service".to_owned(), unknown(&cms.roles));
        look("state of the Central Management store".to_owned(), unknown(&cms.store));
        look("pointer in Active Directory".to_owned(), unknown(&cms.pointer));
        look("databases of the Central Management store".to_owned(), unknown(&cms.database));
        for (pool, fact) in &cms.mirrors {
            look(format!("mirror state of {pool}"), unknown(fact));
        }
        for (edge, fact) in next_hops {
            look(format!("next hop of {edge}"), unknown(fact));
        }
        look("replicas".to_owned(), unknown(replicas));
        for (pool, fact) in backup_services {
            let entry = topology.value().and_then(|topology| topology.pools.get(pool));
            let can = |pool: &crate::lync::Pool| {
                pool.kind == PoolKind::FrontEnd && pool.version >= Version::LYNC_2013 && pool.backup.is_some()
            };
            if entry.is_none_or(can) {
                look(format!("Backup Service of {pool}"), unknown(fact));
            }
        }
        for (host, fact) in registrars {
            look(format!("services of {host}"), unknown(fact));
        }
        for (peer, facts) in peers {
            for (host, fact) in facts {
                look(format!("services of {host}, asked from {peer}"), unknown(fact));
            }
        }
        for (pool, fact) in user_databases {
            look(format!("user database of {pool}"), unknown(fact));
        }
        if !matches!(exports, Fact::Unknown(Why::NotObserved)) {
            look("exports".to_owned(), unknown(exports));
        }
        for (host, fact) in endpoints {
            look(format!("endpoint {host}"), unknown(fact));
        }
        lines
    }
}

/// A duration as the file formats write it; days once there are two of them.
fn span_in_words(span: SignedDuration) -> String {
    match span.as_hours() {
        hours @ 48.. => format!("{} days", hours / 24),
        _ => format_duration(span),
    }
}

/// What tells a snapshot from other documents.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    api_version: String,
    kind: String,
}

fn unknown<T>(fact: &Fact<T>) -> Option<&Why> {
    match fact {
        Fact::Known { .. } => None,
        Fact::Unknown(why) => Some(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lync::{EndpointState, Source};

    fn snapshot() -> Snapshot {
        let at: Timestamp = "2026-11-22T03:00:00.5Z".parse().expect("valid");
        let mut observed = Observed::default();
        let why = Why::CmdletFailed("line one\nline two: \"quoted\" # no comment".to_owned());
        observed.pool_states.insert("pool1.contoso.com".parse().expect("valid"), Fact::Unknown(why));
        let host = || "fe01.pool1.contoso.com".parse().expect("valid");
        let denied = EndpointState::Denied("401".to_owned());
        observed.endpoints.insert(host(), Fact::known(denied, at, Source::Probe));
        let sql = "sql1.contoso.com\\rtc".parse().expect("valid");
        observed.central_management.pointer = Fact::known(sql, at, Source::ActiveDirectory(host()));
        let subject = Subject { name: "contoso".to_owned(), namespace: "lync-dr".to_owned() };
        Snapshot::new(subject, at, observed)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let snapshot = snapshot();
        let yaml = snapshot.to_yaml().expect("it serialises");
        assert_eq!(Snapshot::from_text(&yaml).as_ref(), Ok(&snapshot), "{yaml}");
        let json = serde_json::to_string(&snapshot).expect("it serialises");
        assert_eq!(Snapshot::from_text(&json), Ok(snapshot));
    }

    #[test]
    fn what_was_not_seen_stands_on_top_one_line_each() {
        let yaml = snapshot().to_yaml().expect("it serialises");
        let line = "# Not seen: PoolState of pool1.contoso.com: the cmdlet failed: line one line two: \"quoted\" # no \
                    comment\n";
        assert!(yaml.contains(line), "{yaml}");
        assert!(!yaml.contains("Not seen: pointer"), "{yaml}");
    }

    #[test]
    fn age_is_said_and_staleness_with_it() {
        let snapshot = snapshot();
        let at = |secs| snapshot.taken_at + SignedDuration::from_secs(secs);
        let words = |secs| snapshot.age_in_words(at(secs), SignedDuration::from_mins(3));
        assert!(words(60).ends_with("1m ago"), "{}", words(60));
        assert!(words(7260).ends_with("2h1m ago. It is stale: Lync may be different now"), "{}", words(7260));
        assert!(words(50 * 3600).contains(", 2 days ago"), "{}", words(50 * 3600));
        assert!(words(-60).contains("1m ahead"), "{}", words(-60));
    }

    #[test]
    fn other_documents_are_refused_by_name() {
        let refused = |text: &str| Snapshot::from_text(text).expect_err("refused").to_string();
        assert!(
            refused("apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncFailover\n").contains("LyncFailover")
        );
        assert!(refused("[1, 2]").contains("no LyncSnapshot"));
        let newer = snapshot().to_yaml().expect("it serialises").replace("v1alpha1", "v2");
        assert!(refused(&newer).contains("lyncfailover.dev/v2"));
        let typo = snapshot().to_yaml().expect("it serialises").replace("takenBy", "takenBye");
        assert!(refused(&typo).contains("takenBye"));
    }
}
