//! The options of `simulator serve` for WinRM.

use std::{
    env, fs, io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use clap::Args;
use uuid::Uuid;

use super::{CliError, organisation::Simulated};
use crate::simulator::winrm::{Access, Account, Listen, WinRm};

/// Where the password is when `--account` names no file.
const PASSWORD: &str = "LYNC_FAILOVER_ACCOUNT_PASSWORD";
/// The name of the account when none is given.
const NAME: &str = "svc-lync";

#[derive(Debug, Args)]
pub(super) struct WinRmOptions {
    /// Offer each Front End as a WinRM endpoint on a loopback port, for PowerShell Remoting. One line for
    /// each is printed: host, pool, URL. HTTP with NTLM, everything sealed.
    #[arg(long)]
    winrm: bool,
    /// The port of the first Front End; the others follow. Default: free ports.
    #[arg(long, value_name = "PORT", requires = "winrm", value_parser = clap::value_parser!(u16).range(1..))]
    winrm_port_base: Option<u16>,
    /// The loopback address of the first Front End, such as 127.0.20.1; the others follow, all on port 5985
    /// (5986 with a certificate), and TCP 5061 answers there as long as the Registrar runs. Linux only.
    #[arg(long, value_name = "ADDRESS", requires = "winrm", conflicts_with = "winrm_port_base")]
    winrm_address_base: Option<Ipv4Addr>,
    /// The account that may come in, and the file with its password; without a file the password is in
    /// LYNC_FAILOVER_ACCOUNT_PASSWORD. Default: svc-lync, with a password that is printed.
    #[arg(long, value_name = "NAME[:FILE]", requires = "winrm")]
    account: Option<String>,
    /// The certificate for HTTPS, as PEM. Basic is taken then as well.
    #[arg(long, value_name = "FILE", requires_all = ["winrm", "tls_key"])]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl WinRmOptions {
    /// The endpoints, and what is to be printed about them; nothing if nobody wants them.
    pub(super) async fn bind(&self, lab: &Simulated) -> Result<Option<(WinRm, String)>, CliError> {
        if !self.winrm {
            return Ok(None);
        }
        let (account, told) = self.account()?;
        let access = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Access::https(vec![account], &read(certificate)?, &read(key)?)
                .map_err(|error| bad(format!("{}: {error}", certificate.display())))?,
            _ => Access::http(vec![account]),
        };
        let listen = match (self.winrm_port_base, self.winrm_address_base) {
            (Some(port), _) => Listen::PortsFrom(port),
            (_, Some(address)) => {
                Listen::AddressesFrom(address, if self.tls_cert.is_some() { 5986 } else { 5985 })
            }
            (None, None) => Listen::FreePorts,
        };
        let clock = &lab.organisation.clock;
        let bound = WinRm::bind(&lab.simulator, clock, access, listen).await;
        let winrm = bound.map_err(|error: io::Error| CliError::Failed(format!("WinRM: {error}")))?;
        let line =
            |place: &crate::simulator::winrm::Place| format!("{} {} {}\n", place.host, place.pool, place.url);
        let lines: String = winrm.places().iter().map(line).collect();
        Ok(Some((winrm, lines + &told)))
    }

    /// The account, and what is said about it: a password that nobody chose has to be told.
    fn account(&self) -> Result<(Account, String), CliError> {
        let Some(given) = &self.account else {
            let password = Uuid::new_v4().to_string();
            let told = format!("account {NAME} password {password}\n");
            return Ok((Account::new(NAME, password), told));
        };
        let (name, password) = match given.split_once(':') {
            Some((name, file)) => {
                let text = String::from_utf8(read(Path::new(file))?);
                (name, text.map_err(|_| bad(format!("{file}: the password is not UTF-8 text")))?)
            }
            None => {
                let told = env::var(PASSWORD);
                (given.as_str(), told.map_err(|_| bad(format!("--account {given}: set {PASSWORD}")))?)
            }
        };
        let password = password.trim_end_matches(['\r', '\n']);
        if name.is_empty() || password.is_empty() {
            return Err(bad(format!("--account {given}: name and password must not be empty")));
        }
        Ok((Account::new(name, password), format!("account {name}\n")))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|error| bad(format!("{}: {error}", path.display())))
}

fn bad(text: String) -> CliError {
    CliError::BadInput(vec![text])
}
