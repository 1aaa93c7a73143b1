//! The folder for exports as the module on a host sees it, and the making of exports.

use jiff::{SignedDuration, Timestamp};

use super::{
    cmdlets::bind_function,
    engine::Simulator,
    refusals,
    scenario::{ExportKind, ExportsSpec, FaultKind, Scenario, ScenarioError},
    strikes,
};
use crate::{
    bridge::{CallError, Refusal},
    lync::{Argument, ExportOf, Invocation, MachineFqdn, PoolFqdn, ps::PsObject},
};

/// The function that lists.
pub(super) const LIST: &str = "Get-LfExport";
/// The function that makes one.
pub(super) const MAKE: &str = "New-LfExport";

const SHARED: &str = "\\\\files.contoso.com\\lyncdr$\\exports";
const LOCAL: &str = "C:\\ProgramData\\LyncFailover\\journal\\exports";

/// The folder. The simulator has one for the organisation, wherever it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Folder {
    is_local: bool,
    files: Vec<File>,
}

#[derive(Clone, Debug)]
struct File {
    of: ExportOf,
    made_at: Timestamp,
    is_broken: bool,
}

impl Folder {
    /// The folder of a scenario that begins at an instant.
    pub(super) fn new(
        scenario: &Scenario,
        pools: &[PoolFqdn],
        now: Timestamp,
    ) -> Result<Self, ScenarioError> {
        let ExportsSpec { local, all, files } = &scenario.exports;
        let of_all = all.iter().flat_map(|age| {
            let groups = pools.iter().cloned().map(ExportOf::ResponseGroups);
            let kinds = [ExportOf::Configuration, ExportOf::Locations].into_iter().chain(groups);
            kinds.map(|of| File { of, made_at: now - age.0, is_broken: false })
        });
        let mut all: Vec<File> = of_all.collect();
        for file in files {
            let pool = file.pool.as_deref().and_then(|name| name.parse().ok());
            let of = match (file.kind, pool) {
                (ExportKind::Configuration, None) => ExportOf::Configuration,
                (ExportKind::Locations, None) => ExportOf::Locations,
                (ExportKind::ResponseGroups, Some(pool)) if pools.contains(&pool) => {
                    ExportOf::ResponseGroups(pool)
                }
                (kind, _) => {
                    let text = format!(
                        "an export of kind {kind:?} needs {}",
                        if kind == ExportKind::ResponseGroups {
                            "a Front End pool that exists"
                        } else {
                            "no pool"
                        }
                    );
                    return Err(ScenarioError::Nonsense(text));
                }
            };
            all.push(File { of, made_at: now - file.age.0, is_broken: file.broken });
        }
        Ok(Self { is_local: *local, files: all })
    }

    fn path(&self) -> &'static str {
        if self.is_local { LOCAL } else { SHARED }
    }

    fn path_of(&self, file: &File) -> String {
        let word = match &file.of {
            ExportOf::Configuration => "configuration".to_owned(),
            ExportOf::Locations => "lis".to_owned(),
            ExportOf::ResponseGroups(pool) => format!("rgs-{pool}"),
        };
        format!("{}\\lf-{word}-{}.zip", self.path(), file.made_at.strftime("%Y%m%dT%H%M%SZ"))
    }

    /// What `Get-LfExport` writes.
    fn rows(&self) -> Vec<PsObject> {
        let kind = if self.is_local { "Local" } else { "Shared" };
        let folder = PsObject::new("LyncFailover.ExportFolder").with("Path", self.path()).with("Kind", kind);
        let mut kinds: Vec<&ExportOf> = self.files.iter().map(|file| &file.of).collect();
        kinds.sort_unstable();
        kinds.dedup();
        std::iter::once(folder).chain(kinds.into_iter().map(|of| self.row(of))).collect()
    }

    fn row(&self, of: &ExportOf) -> PsObject {
        let mut files: Vec<&File> = self.files.iter().filter(|file| file.of == *of).collect();
        files.sort_by_key(|file| std::cmp::Reverse(file.made_at));
        let newest = files.iter().find(|file| !file.is_broken);
        let broken = files.first().filter(|file| file.is_broken);
        let problem = broken.map(|file| format!("{}: the end of the archive is missing", self.path_of(file)));
        PsObject::new("LyncFailover.Export")
            .with("Kind", of.kind())
            .with("Pool", of.pool().map(PoolFqdn::as_str).unwrap_or_default())
            .with("File", newest.map(|file| self.path_of(file)).unwrap_or_default())
            .with("Size", newest.map_or(0_i64, |_| 48_731))
            .with("At", newest.map(|file| file.made_at))
            .with("Problem", problem.unwrap_or_default())
            .with("Count", i64::try_from(files.len()).unwrap_or(i64::MAX))
    }

    /// Removes what is older than the last of the whole files that stay.
    fn rotate(&mut self, of: &ExportOf, keep: usize) {
        let whole = self.files.iter().filter(|file| file.of == *of && !file.is_broken);
        let mut times: Vec<Timestamp> = whole.map(|file| file.made_at).collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        if let Some(oldest) = times.get(keep.saturating_sub(1)).copied() {
            self.files.retain(|file| file.of != *of || file.made_at >= oldest);
        }
    }
}

impl Simulator {
    /// What a host finds in the folder.
    pub(super) fn exports(&self, host: &MachineFqdn) -> Result<Vec<PsObject>, Refusal> {
        self.share(host)?;
        Ok(self.folder.rows())
    }

    /// How many exports there are of something, good or not.
    pub fn exports_of(&self, of: &ExportOf) -> usize {
        self.folder.files.iter().filter(|file| file.of == *of).count()
    }

    fn share(&self, host: &MachineFqdn) -> Result<(), Refusal> {
        if self.strikes.stands(host, FaultKind::ShareAway) {
            let text =
                format!("The folder {} is not there: The network path was not found.", self.folder.path());
            return Err(refusals::guard("ExportFolderMissing", text));
        }
        Ok(())
    }

    /// Begins an export, and says how long it takes.
    ///
    /// # Errors
    ///
    /// [`CallError::Unreachable`] when the host does not answer, [`CallError::Refused`] when the call makes no sense.
    pub fn begin_export(
        &mut self,
        host: &MachineFqdn,
        call: &Invocation,
        now: Timestamp,
    ) -> Result<SignedDuration, CallError> {
        self.advance(now);
        self.reach(host)?;
        strikes::transport(&self.strikes.strike_named(host, MAKE), host)?;
        read(call)?;
        self.transcript.count(MAKE);
        Ok(self.organisation.durations.export.0)
    }

    /// Ends an export: what `New-LfExport` writes. A file that could not be made is said in there.
    ///
    /// # Errors
    ///
    /// [`CallError::Unreachable`] when the host does not answer any more, and others of its transport.
    pub fn end_export(
        &mut self,
        host: &MachineFqdn,
        call: &Invocation,
        now: Timestamp,
    ) -> Result<PsObject, CallError> {
        self.advance(now);
        self.reach(host)?;
        let (of, keep) = read(call)?;
        let file = File { of: of.clone(), made_at: now, is_broken: false };
        let path = self.folder.path_of(&file);
        let refusal = match self.write(host, &of, &path, now) {
            Ok(()) => None,
            Err(CallError::Refused(refusal)) => Some(refusal),
            Err(other) => return Err(other),
        };
        if refusal.is_none() {
            self.folder.files.push(file);
            self.folder.rotate(&of, keep);
        }
        let word = |read: fn(&Refusal) -> &str| refusal.as_ref().map(read).unwrap_or_default().to_owned();
        Ok(PsObject::new("LyncFailover.ExportMade")
            .with("Kind", of.kind())
            .with("Pool", of.pool().map(PoolFqdn::as_str).unwrap_or_default())
            .with("File", if refusal.is_none() { path.as_str() } else { "" })
            .with("ErrorId", word(|refusal| &refusal.error_id))
            .with("Category", word(|refusal| &refusal.category))
            .with("Message", word(|refusal| &refusal.message)))
    }

    fn write(
        &mut self,
        host: &MachineFqdn,
        of: &ExportOf,
        path: &str,
        now: Timestamp,
    ) -> Result<(), CallError> {
        self.share(host).map_err(CallError::Refused)?;
        let answers = self.query(host, &[of.cmdlet(path)], now)?;
        answers.into_iter().next().unwrap_or_else(|| Ok(Vec::new()))?;
        if self.strikes.stands(host, FaultKind::ShareFull) {
            let text = "There is not enough space on the disk.".to_owned();
            return Err(CallError::Refused(refusals::guard("IOException", text)));
        }
        Ok(())
    }
}

/// What a call of the function asks for.
fn read(call: &Invocation) -> Result<(ExportOf, usize), CallError> {
    bind_function(call).map_err(CallError::Refused)?;
    let pool = call.get_text("PoolFqdn").and_then(|text| text.parse().ok());
    let of = match (call.get_text("Kind"), pool) {
        (Some("Configuration"), None) => ExportOf::Configuration,
        (Some("Locations"), None) => ExportOf::Locations,
        (Some("ResponseGroups"), Some(pool)) => ExportOf::ResponseGroups(pool),
        _ => {
            let text = "PoolFqdn belongs to ResponseGroups, and to nothing else.".to_owned();
            return Err(CallError::Refused(refusals::guard("ParameterArgumentValidationError", text)));
        }
    };
    let keep = match call.get("Keep") {
        Some(Argument::Int(keep)) => usize::try_from(*keep).unwrap_or_default(),
        _ => 0,
    };
    Ok((of, keep.max(1)))
}
