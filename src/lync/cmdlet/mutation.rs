//! Cmdlets that change Lync.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lync::{EdgeFqdn, Invocation, MachineFqdn, PoolFqdn, SqlInstance};

/// How the Central Management store is failed over: the two parameter sets of JJ204647.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CmsFailoverMode {
    /// The old store answers: replication is finished first, the source is made read-only, nothing is
    /// lost. No parameters.
    Normal,
    /// The old store is dead: replication is not taken into account. `-BackupSqlServerFqdn` and `-Force`
    /// are mandatory in this parameter set (Microsoft's page JJ204678 leaves `-Force` out).
    DisasterRecovery {
        /// The database of the pool that receives the store.
        backup: SqlInstance,
        /// Its mirror, in addition, where there is one. The parameter names are `BackupMirrorSql…`
        /// (JJ204678 prints `MirrorSQL…`, which do not exist).
        mirror: Option<SqlInstance>,
    },
}

/// A cmdlet that changes Lync.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Mutation {
    /// `Set-CsEdgeServer -Identity EdgeServer:<edge> -Registrar Registrar:<pool>` (Gg398859).
    SetEdgeServer {
        /// The Edge pool.
        edge: EdgeFqdn,
        /// Its new next hop.
        next_hop: PoolFqdn,
    },
    /// `Invoke-CsManagementServerFailover` (JJ204647); runs on the pool that receives the store.
    InvokeManagementServerFailover {
        /// Which parameter set.
        mode: CmsFailoverMode,
    },
    /// `Invoke-CsPoolFailOver` (JJ205189).
    InvokePoolFailOver {
        /// The home pool of the users: the pool that is failed over *from*.
        pool: PoolFqdn,
        /// Take what was replicated; the pool cannot be reached.
        disaster_mode: bool,
    },
    /// `Invoke-CsPoolFailBack` (JJ204873).
    InvokePoolFailBack {
        /// The same name as in the failover: the home pool of the users.
        pool: PoolFqdn,
        /// Go back without the backup pool; what users did there is lost.
        disaster_mode: bool,
    },
    /// `Invoke-CsManagementStoreReplication -ReplicaFqdn …`: a full copy to one replica (Gg413060).
    InvokeManagementStoreReplication {
        /// The machine whose replica is behind.
        replica: MachineFqdn,
    },
}

impl Mutation {
    /// Each cmdlet once, with every parameter that it may be sent with: what a host has to know before
    /// anything is changed from there.
    pub fn shapes() -> Vec<Invocation> {
        let shape = |command: &str, parameters: &[&str]| {
            parameters.iter().fold(Invocation::new(command), |shape, name| shape.switch(name))
        };
        vec![
            shape("Set-CsEdgeServer", &["Identity", "Registrar", "Confirm"]),
            shape(
                "Invoke-CsManagementServerFailover",
                &[
                    "BackupSqlServerFqdn",
                    "BackupSqlInstanceName",
                    "BackupMirrorSqlServerFqdn",
                    "BackupMirrorSqlInstanceName",
                    "Force",
                    "Confirm",
                    "Verbose",
                ],
            ),
            shape("Invoke-CsPoolFailOver", &["PoolFqdn", "DisasterMode", "Confirm", "Verbose"]),
            shape("Invoke-CsPoolFailBack", &["PoolFqdn", "DisasterMode", "Confirm", "Verbose"]),
            shape("Invoke-CsManagementStoreReplication", &["ReplicaFqdn"]),
        ]
    }

    /// Whether the operator's module on a host has the cmdlet keep a report of its own (`-Report`, JJ204647): a file
    /// beside the journal, whose name the module chooses.
    pub fn keeps_report(&self) -> bool {
        matches!(self, Self::InvokeManagementServerFailover { .. })
    }

    /// The command with its arguments. Every cmdlet that knows `-Confirm` gets `-Confirm:$false`.
    pub fn invocation(&self) -> Invocation {
        match self {
            Self::SetEdgeServer { edge, next_hop } => Invocation::new("Set-CsEdgeServer")
                .text("Identity", format_args!("EdgeServer:{edge}"))
                .text("Registrar", format_args!("Registrar:{next_hop}"))
                .unprompted(),
            Self::InvokeManagementServerFailover { mode } => {
                let call = Invocation::new("Invoke-CsManagementServerFailover");
                match mode {
                    CmsFailoverMode::Normal => call,
                    CmsFailoverMode::DisasterRecovery { backup, mirror } => {
                        let mut call = call
                            .text("BackupSqlServerFqdn", &backup.server)
                            .text("BackupSqlInstanceName", &backup.instance);
                        if let Some(mirror) = mirror {
                            call = call
                                .text("BackupMirrorSqlServerFqdn", &mirror.server)
                                .text("BackupMirrorSqlInstanceName", &mirror.instance);
                        }
                        call.switch("Force")
                    }
                }
                .unprompted()
                .switch("Verbose")
            }
            Self::InvokePoolFailOver { pool, disaster_mode } => Invocation::new("Invoke-CsPoolFailOver")
                .text("PoolFqdn", pool)
                .switch_if("DisasterMode", *disaster_mode)
                .unprompted()
                .switch("Verbose"),
            Self::InvokePoolFailBack { pool, disaster_mode } => Invocation::new("Invoke-CsPoolFailBack")
                .text("PoolFqdn", pool)
                .switch_if("DisasterMode", *disaster_mode)
                .unprompted()
                .switch("Verbose"),
            Self::InvokeManagementStoreReplication { replica } => {
                Invocation::new("Invoke-CsManagementStoreReplication").text("ReplicaFqdn", replica)
            }
        }
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.invocation().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool1() -> PoolFqdn {
        "pool1.contoso.com".parse().expect("valid")
    }

    #[test]
    fn disaster_recovery_carries_its_mandatory_parameters() {
        let sql = "sql2.contoso.com\\rtc".parse().expect("valid");
        let mode = CmsFailoverMode::DisasterRecovery { backup: sql, mirror: None };
        assert_eq!(
            Mutation::InvokeManagementServerFailover { mode }.to_string(),
            "Invoke-CsManagementServerFailover -BackupSqlServerFqdn sql2.contoso.com \
             -BackupSqlInstanceName rtc -Force -Confirm:$false -Verbose"
        );
    }

    #[test]
    fn a_mirror_is_named_in_addition_to_the_primary() {
        let mode = CmsFailoverMode::DisasterRecovery {
            backup: "sql2a.contoso.com\\rtc".parse().expect("valid"),
            mirror: Some("sql2b.contoso.com\\rtc".parse().expect("valid")),
        };
        let call = Mutation::InvokeManagementServerFailover { mode }.invocation();
        assert_eq!(call.get_text("BackupSqlServerFqdn"), Some("sql2a.contoso.com"));
        assert_eq!(call.get_text("BackupMirrorSqlServerFqdn"), Some("sql2b.contoso.com"));
    }

    /// Moving users to another home is not a failover; nor is writing a pool's state by hand.
    #[test]
    fn the_set_of_mutations_is_closed() {
        let edge = || "edge1.contoso.com".parse().expect("valid");
        let replica = || "fe1.pool1.contoso.com".parse().expect("valid");
        let all = [
            Mutation::SetEdgeServer { edge: edge(), next_hop: pool1() },
            Mutation::InvokeManagementServerFailover { mode: CmsFailoverMode::Normal },
            Mutation::InvokePoolFailOver { pool: pool1(), disaster_mode: false },
            Mutation::InvokePoolFailBack { pool: pool1(), disaster_mode: false },
            Mutation::InvokeManagementStoreReplication { replica: replica() },
        ];
        let names = all.map(|mutation| match mutation {
            // A new variant breaks the build here: give it a line, and say why it may exist.
            Mutation::SetEdgeServer { .. }
            | Mutation::InvokeManagementServerFailover { .. }
            | Mutation::InvokePoolFailOver { .. }
            | Mutation::InvokePoolFailBack { .. }
            | Mutation::InvokeManagementStoreReplication { .. } => mutation.invocation().command,
        });
        assert_eq!(
            names,
            [
                "Set-CsEdgeServer",
                "Invoke-CsManagementServerFailover",
                "Invoke-CsPoolFailOver",
                "Invoke-CsPoolFailBack",
                "Invoke-CsManagementStoreReplication",
            ]
        );
    }

    #[test]
    fn a_shape_has_every_parameter_that_is_sent() {
        let edge = "edge1.contoso.com".parse().expect("valid");
        let sql = |text: &str| text.parse().expect("valid");
        let (backup, mirror) = (sql("sql2a.contoso.com\\rtc"), Some(sql("sql2b.contoso.com\\rtc")));
        let all = [
            Mutation::SetEdgeServer { edge, next_hop: pool1() },
            Mutation::InvokeManagementServerFailover {
                mode: CmsFailoverMode::DisasterRecovery { backup, mirror },
            },
            Mutation::InvokePoolFailOver { pool: pool1(), disaster_mode: true },
            Mutation::InvokePoolFailBack { pool: pool1(), disaster_mode: true },
            Mutation::InvokeManagementStoreReplication {
                replica: "fe1.pool1.contoso.com".parse().expect("valid"),
            },
        ];
        let named = |call: &Invocation| {
            let names = call.parameters.iter().map(|parameter| parameter.name.clone());
            (call.command.clone(), names.collect::<Vec<_>>())
        };
        let sent: Vec<_> = all.iter().map(|mutation| named(&mutation.invocation())).collect();
        assert_eq!(Mutation::shapes().iter().map(named).collect::<Vec<_>>(), sent);
    }

    #[test]
    fn nothing_that_knows_confirm_is_left_to_prompt() {
        let edge =
            Mutation::SetEdgeServer { edge: "edge1.contoso.com".parse().expect("valid"), next_hop: pool1() };
        let normal = Mutation::InvokeManagementServerFailover { mode: CmsFailoverMode::Normal };
        let over = Mutation::InvokePoolFailOver { pool: pool1(), disaster_mode: true };
        let back = Mutation::InvokePoolFailBack { pool: pool1(), disaster_mode: false };
        for call in [edge, normal, over, back] {
            assert!(call.to_string().contains("-Confirm:$false"), "{call}");
        }
    }
}
