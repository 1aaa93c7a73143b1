//! The first look at a Lync of which only one server is known.

use super::{super::remote::SecretOptions, CliError, connection::Wanted, subject, tell};
use crate::{
    api::LyncDeployment,
    bridge::Bridge as _,
    lync::{Topology, cmdlet::Query, outputs},
    snapshot::Snapshot,
};

/// Asks the named servers for the topology, then looks at everything through all its Front Ends.
pub(super) async fn first_look(
    wanted: &Wanted,
    secrets: &SecretOptions,
) -> Result<(LyncDeployment, Snapshot), CliError> {
    let topology = topology(wanted, secrets).await?;
    let deployment = wanted.deployment(Some(&topology))?;
    let Some(winrm) = &deployment.spec.bridge.winrm else {
        return Err(CliError::Failed("a deployment without WinRM".to_owned()));
    };
    let (organisation, bridge) = secrets.reach(&deployment, winrm, Vec::new()).await?;
    let snapshot =
        super::super::remote::Reached::from((organisation, bridge)).look(subject(&deployment)).await;
    Ok((deployment, snapshot))
}

/// The topology as the replica of the first server that answers has it.
async fn topology(wanted: &Wanted, secrets: &SecretOptions) -> Result<Topology, CliError> {
    let deployment = wanted.named_only()?;
    let Some(winrm) = &deployment.spec.bridge.winrm else {
        return Err(CliError::Failed("a deployment without WinRM".to_owned()));
    };
    let (organisation, bridge) = secrets.reach(&deployment, winrm, Vec::new()).await?;
    let mut found = None;
    for endpoint in &organisation.endpoints {
        let answers = bridge.query(&endpoint.host, &[Query::Topology { local_store: true }]).await;
        let text = answers.map(|mut answers| answers.pop()).map(|answer| match answer {
            Some(Ok(rows)) => {
                rows.first().and_then(|row| row.text.clone()).ok_or("it gave no topology".to_owned())
            }
            Some(Err(error)) => Err(error.to_string()),
            None => Err("it gave no answer".to_owned()),
        });
        let text = text.unwrap_or_else(|error| Err(error.to_string()));
        match text.and_then(|text| outputs::topology_document(&text).map_err(|error| error.to_string())) {
            Ok(document) => {
                found = Some(document.topology);
                break;
            }
            Err(why) => tell(&format!("note: {}: {why}", endpoint.host)),
        }
    }
    bridge.close().await;
    found.ok_or_else(|| {
        CliError::Failed("none of the servers gave the topology; nothing is written".to_owned())
    })
}
