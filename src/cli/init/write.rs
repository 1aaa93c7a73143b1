//! The documents as YAML, each field with a word about what it means. What was written is read back: a
//! comment must not change what is said.

use std::fmt::Write;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::super::CliError;
use crate::{
    api::{
        GROUP, LyncDeployment, LyncFailover, VERSION, WinRm,
        load::{Loaded, Source, load},
    },
    lync::{PoolKind, Topology, Version},
};

/// Lines at an indent.
#[derive(Default)]
struct Page(String);

impl Page {
    fn comment(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            let _ = writeln!(self.0, "{:indent$}# {line}", "");
        }
    }

    fn open(&mut self, indent: usize, field: &str) {
        let _ = writeln!(self.0, "{:indent$}{field}:", "");
    }

    fn field(&mut self, indent: usize, field: &str, value: &str) -> Result<(), CliError> {
        // The quotes that a text needs so that no reader takes it for a number or a truth value.
        let value = serde_yaml::to_string(&value).map_err(|err| CliError::Failed(err.to_string()))?;
        let _ = writeln!(self.0, "{:indent$}{field}: {}", "", value.trim_end());
        Ok(())
    }

    fn item(&mut self, indent: usize, value: &str) -> Result<(), CliError> {
        let value = serde_yaml::to_string(&value).map_err(|err| CliError::Failed(err.to_string()))?;
        let _ = writeln!(self.0, "{:indent$}- {}", "", value.trim_end());
        Ok(())
    }

    fn head(&mut self, kind: &str, metadata: &ObjectMeta) -> Result<(), CliError> {
        self.field(0, "apiVersion", &format!("{GROUP}/{VERSION}"))?;
        self.field(0, "kind", kind)?;
        self.open(0, "metadata");
        self.field(2, "name", metadata.name.as_deref().unwrap_or_default())?;
        if let Some(namespace) = &metadata.namespace {
            self.field(2, "namespace", namespace)?;
        }
        self.open(0, "spec");
        Ok(())
    }
}

/// The `LyncFailover` that describes what was seen at a time.
pub(super) fn failover(
    failover: &LyncFailover,
    left_out: &[String],
    at: Timestamp,
) -> Result<String, CliError> {
    let mut page = Page::default();
    let LyncFailover { metadata, spec, .. } = failover;
    page.comment(
        0,
        &format!("Lync as it was seen at {at:.0}. As long as it is so, applying this changes nothing."),
    );
    page.head("LyncFailover", metadata)?;
    page.comment(2, "The LyncDeployment, in the same namespace. Cannot be changed.");
    page.open(2, "deploymentRef");
    page.field(4, "name", &spec.deployment_ref.name.0)?;
    if !spec.users.is_empty() {
        page.comment(
            2,
            "Who serves the users of each pool, in the order in which pools are failed over.\n\
             To fail over: servedBy is the pair. To fail back: servedBy is the home pool.\n\
             Taking an entry out moves nobody.",
        );
    }
    for line in left_out {
        page.comment(2, &format!("No entry for {line}."));
    }
    if !spec.users.is_empty() {
        page.open(2, "users");
    }
    for user in &spec.users {
        page.field(2, "- homePool", &user.home_pool)?;
        page.field(4, "servedBy", &user.served_by)?;
    }
    if let Some(central) = &spec.central_management {
        page.comment(
            2,
            "The pool of the Central Management store. A pool that is failed over cannot keep it: name\n\
             the pair in the same edit, or take the field out, and the store follows by itself.",
        );
        page.open(2, "centralManagement");
        page.field(4, "pool", &central.pool)?;
    }
    if !spec.edges.is_empty() {
        page.comment(
            2,
            "The next hop of each Edge pool. It cannot be a pool that is failed over: name the pair in\n\
             the same edit, or take the entry out, and the operator points the Edge pool to the pair.",
        );
        page.open(2, "edges");
    }
    for edge in &spec.edges {
        page.field(2, "- pool", &edge.pool)?;
        page.field(4, "nextHop", &edge.next_hop)?;
    }
    page.open(2, "policy");
    page.comment(
        4,
        "Plan: the operator looks, and shows what it would do. A description that has grown old can\n\
         then move nobody. Change it to Enforce when Ready is True, not on the night of the failover.",
    );
    page.field(4, "management", &format!("{:?}", spec.policy.management))?;
    page.comment(
        4,
        "Consent to a failover without the source pool, which loses what was not copied: Never,\n\
         WhenSourceDown or Always. It is never given on anybody's behalf.",
    );
    page.field(4, "disasterMode", &format!("{:?}", spec.policy.disaster_mode))?;
    page.comment(4, "What to do when Lync is changed behind the operator's back: Report or Correct.");
    page.field(4, "drift", &format!("{:?}", spec.policy.drift))?;
    let loaded = read_back(&page.0)?;
    let is_same = loaded.failovers().map(|read| (&read.metadata, &read.spec)).eq([(metadata, spec)]);
    is_same.then_some(page.0).ok_or_else(|| differs("LyncFailover"))
}

/// The `LyncDeployment`, and which servers of the topology it leaves out.
pub(super) fn deployment(
    deployment: &LyncDeployment,
    topology: Option<&Topology>,
) -> Result<String, CliError> {
    let mut page = Page::default();
    page.comment(0, "How the operator reaches Lync.");
    page.head("LyncDeployment", &deployment.metadata)?;
    page.open(2, "bridge");
    if let Some(winrm) = &deployment.spec.bridge.winrm {
        connection(&mut page, winrm, topology)?;
    }
    let loaded = read_back(&page.0)?;
    let wanted = (&deployment.metadata, &deployment.spec);
    let is_same = loaded.deployments().map(|read| (&read.metadata, &read.spec)).eq([wanted]);
    is_same.then_some(page.0).ok_or_else(|| differs("LyncDeployment"))
}

fn connection(page: &mut Page, winrm: &WinRm, topology: Option<&Topology>) -> Result<(), CliError> {
    page.open(4, "winrm");
    page.comment(
        6,
        "The session configuration on the Front Ends. Microsoft.PowerShell is the plain endpoint,\n\
         which cannot limit what the account may run.",
    );
    page.field(6, "configurationName", &winrm.configuration_name)?;
    page.comment(6, "Kerberos, Negotiate, Certificate or Basic; the last two need tls.");
    page.field(6, "authentication", &format!("{:?}", winrm.authentication))?;
    page.comment(
        6,
        "The account: keys username and password, for Kerberos keytab may take the place of password;\n\
         for Certificate tls.crt and tls.key.",
    );
    page.open(6, "credentialsSecretRef");
    page.field(8, "name", &winrm.credentials_secret_ref.name.0)?;
    if let Some(kerberos) = &winrm.kerberos {
        page.comment(6, "Domain controllers of every site: those of a lost site do not answer.");
        page.open(6, "kerberos");
        page.open(8, "kdcs");
        for kdc in &kerberos.kdcs {
            page.item(8, kdc)?;
        }
    }
    match &winrm.tls {
        None => page.comment(6, "tls: not set, so HTTP, with the content sealed by Kerberos or NTLM."),
        Some(tls) => {
            page.comment(
                6,
                "HTTPS. Trusted are the authorities in ca.crt of this Secret; without it those of the image.",
            );
            match &tls.ca_secret_ref {
                None => page.0 += "      tls: {}\n",
                Some(secret) => {
                    page.open(6, "tls");
                    page.open(8, "caSecretRef");
                    page.field(10, "name", &secret.name.0)?;
                }
            }
        }
    }
    page.comment(
        6,
        "Servers on which cmdlets may run. Some of every pool: one has to be left when a site is lost.\n\
         Add `address: <IP>` to each: the DNS of a lost site does not answer.",
    );
    let pools = topology.into_iter().flat_map(|topology| &topology.pools);
    for (name, pool) in pools {
        if pool.kind == PoolKind::Director || pool.version < Version::LYNC_2013 {
            page.comment(6, &format!("No server of {name}: it has no failover cmdlets."));
        }
    }
    page.open(6, "endpoints");
    for endpoint in &winrm.endpoints {
        page.field(6, "- host", &endpoint.host)?;
        page.field(8, "pool", &endpoint.pool)?;
        if let Some(address) = &endpoint.address {
            page.field(8, "address", address)?;
        }
    }
    Ok(())
}

fn read_back(text: &str) -> Result<Loaded, CliError> {
    let source = Source { name: "what would be written".to_owned(), text: text.to_owned() };
    load(&[source]).map_err(|errors| CliError::BadInput(errors.0.iter().map(ToString::to_string).collect()))
}

fn differs(kind: &str) -> CliError {
    CliError::Failed(format!(
        "the {kind} that would be written does not say what it should; nothing is written"
    ))
}
