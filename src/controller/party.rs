//! Whose operation is in flight: of several deployments of one organisation each follows what it has sent.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Endpoint, OwnedIntent};

/// The deployment on whose way an operation was sent: its endpoints and its account know how to ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// The uid of the deployment.
    pub id: String,
    /// Its namespace and name, for people.
    pub name: String,
}

/// Whose rounds they are, and who else makes some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The deployment; none where there is only one.
    pub own: Option<Sender>,
    /// What tells the organisation from all others, for the log.
    pub organisation: Option<String>,
    /// The domain that the record is kept under, where it is one.
    pub domain: Option<String>,
    /// The ids of all deployments that can be seen, the own one among them.
    pub others: BTreeSet<String>,
    /// The namespaces whose deployments can be seen; none named: all of them.
    pub namespaces: Vec<String>,
}

/// Who finds out about an operation, and decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Whoever asks.
    Own,
    /// The deployment that has sent it, which is there; it is named.
    Theirs(String),
    /// Nobody that is known of; says why, and what people can do.
    Nobody(String),
}

impl Party {
    /// Who follows an operation. What another deployment has sent is left to it while it is there. Of what nobody
    /// is left to follow, those take care that can ask the host on which it runs.
    pub fn standing(&self, owned: &OwnedIntent, endpoints: &[Endpoint]) -> Standing {
        let Some(own) = &self.own else { return Standing::Own };
        let host = &owned.intent.operation.host;
        let reaches_host = endpoints.iter().any(|endpoint| endpoint.host == *host);
        match &owned.sender {
            Some(sender) if sender.id == own.id => Standing::Own,
            Some(sender) if self.others.contains(&sender.id) => Standing::Theirs(sender.name.clone()),
            Some(sender) if !self.sees(sender) => Standing::Nobody(
                "it is not known whether that deployment is still there, since this operator does not watch its \
                 namespace; have one do so (docs/security.md, Whose operation it is)"
                    .to_owned(),
            ),
            _ if reaches_host => Standing::Own,
            Some(_) => Standing::Nobody(format!(
                "that deployment is gone, and {host} is not among the endpoints of this one; add it"
            )),
            None => Standing::Nobody(format!(
                "which deployment has sent it was not written down, and {host} is not among the endpoints of this \
                 one; if no other deployment has it, add it"
            )),
        }
    }

    /// Whether a deployment would be seen if it were there.
    fn sees(&self, sender: &Sender) -> bool {
        let namespace = sender.name.split_once('/').map(|(namespace, _)| namespace);
        self.namespaces.is_empty()
            || self.namespaces.iter().any(|watched| Some(watched.as_str()) == namespace)
    }
}
