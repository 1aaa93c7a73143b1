//! `lync-failover simulator`: a simulated Lync as a process of its own.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, Subcommand};

use super::{CliError, files::load_files, organisation::Simulated, winrm::WinRmOptions};
use crate::simulator::serve;

/// Offer a simulated Lync to other processes.
#[derive(Debug, Subcommand)]
pub(super) enum SimulatorCommand {
    /// Serve the simulated Lync of a LyncDeployment on a loopback port, one JSON object a line.
    Serve(Serve),
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Files with a LyncDeployment with `bridge.simulated`; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The loopback port; 0 lets the system choose one. The address is printed.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many simulated seconds pass in a second.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = super::simulate::speed)]
    speed: f64,
    #[command(flatten)]
    winrm: WinRmOptions,
}

impl SimulatorCommand {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let Self::Serve(serve) = self;
        serve.run().await
    }
}

impl Serve {
    async fn run(self) -> Result<(), CliError> {
        let lab = Simulated::build(&load_files(&self.files)?, self.speed)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let failed = |err: std::io::Error| CliError::Failed(format!("{address}: {err}"));
        let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let winrm = self.winrm.bind(&lab).await?;
        super::print(&format!("serving a simulated Lync on {bound}\n"));
        let remoting = async {
            let Some((winrm, told)) = winrm else { return std::future::pending().await };
            super::print(&told);
            winrm.serve().await
        };
        tokio::select! {
            served = remoting => served.map_err(|error| CliError::Failed(format!("WinRM: {error}"))),
            served = serve(listener, lab.simulator, lab.organisation.clock) => served.map_err(failed),
            stop = tokio::signal::ctrl_c() => stop.map_err(failed),
        }
    }
}
