//! Our side: the bridge of the operator, in a process of its own that does what it is told.

use std::{
    io::{BufRead as _, Lines, StdinLock},
    net::Ipv4Addr,
    sync::Arc,
    time::Instant,
};

use lync_failover::{
    bridge::{
        Answer, Bridge as _,
        winrm::{Access, Listener, WinRmBridge},
    },
    clock::SystemClock,
    lync::{MachineFqdn, cmdlet::Query},
    winrm::{Account, Credentials, Pace, Secret, Tls},
};
use uuid::Uuid;

use crate::{
    order::{Order, Questions, Reply, Run, Settings, texts},
    stage::CONFIGURATION,
};

struct Client {
    settings: Settings,
    host: MachineFqdn,
    tls: Option<Tls>,
    warm: WinRmBridge,
    cold: Vec<WinRmBridge>,
}

/// Does what the lines of standard input say, one after the other.
pub(crate) fn serve() {
    let mut lines = std::io::stdin().lock().lines();
    let settings: Settings = next(&mut lines);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut client = Client::new(settings);
    loop {
        let order: Order = next(&mut lines);
        let reply = runtime.block_on(client.follow(order));
        println!("{}", serde_json::to_string(&reply).unwrap());
        if order == Order::End {
            return;
        }
    }
}

fn next<T: serde::de::DeserializeOwned>(lines: &mut Lines<StdinLock<'_>>) -> T {
    let line = lines.next().expect("an order").unwrap();
    serde_json::from_str(&line).unwrap()
}

impl Client {
    fn new(settings: Settings) -> Self {
        let read = |path: &String| std::fs::read(path).unwrap();
        let tls =
            settings.authority.as_ref().map(|path| Tls { authorities: Some(read(path)), identity: None });
        let host = settings.host.parse().unwrap();
        let warm = bridge(&settings, &tls);
        Self { settings, host, tls, warm, cold: Vec::new() }
    }

    async fn follow(&mut self, order: Order) -> Reply {
        match order {
            Order::Run(run) => self.run(run).await,
            Order::Show { .. } => {
                let answers = self.ask(&self.warm, &self.settings.observation).await;
                Reply { shown: texts(&answers), ..Reply::default() }
            }
            Order::Close => {
                for bridge in self.cold.drain(..) {
                    bridge.close().await;
                }
                Reply::default()
            }
            Order::End => {
                self.warm.close().await;
                Reply::default()
            }
        }
    }

    async fn run(&mut self, run: Run) -> Reply {
        let mut reply = Reply::default();
        for _ in 0..run.times {
            let began = Instant::now();
            let queries = match run.questions {
                Questions::Query => std::slice::from_ref(&self.settings.query),
                Questions::Observation => self.settings.observation.as_slice(),
            };
            let answers = if run.cold {
                let bridge = bridge(&self.settings, &self.tls);
                let answers = self.ask(&bridge, queries).await;
                self.cold.push(bridge);
                answers
            } else {
                self.ask(&self.warm, queries).await
            };
            reply.seconds.push(began.elapsed().as_secs_f64());
            let objects = answers.iter().map(|answer| answer.as_ref().expect("no error").len()).sum();
            assert!(reply.objects == 0 || reply.objects == objects, "{} objects, {objects}", reply.objects);
            reply.objects = objects;
        }
        reply
    }

    async fn ask(&self, bridge: &WinRmBridge, queries: &[Query]) -> Vec<Answer> {
        bridge.query(&self.host, queries).await.expect("the endpoint answers")
    }
}

/// A bridge that has not connected, with shells of its own.
fn bridge(settings: &Settings, tls: &Option<Tls>) -> WinRmBridge {
    let listener = Listener {
        host: settings.host.parse().unwrap(),
        address: Some(Ipv4Addr::LOCALHOST.into()),
        port: settings.port,
    };
    let access = Access {
        configuration: CONFIGURATION.to_owned(),
        tls: tls.clone(),
        credentials: Arc::new(Credentials::Ntlm {
            account: Account::parse(&settings.account),
            password: Secret::from(settings.password.as_str()),
        }),
        revision: "1".to_owned(),
        pace: Pace::default(),
    };
    WinRmBridge::new(vec![listener], access, Uuid::new_v4(), Arc::new(SystemClock))
}
