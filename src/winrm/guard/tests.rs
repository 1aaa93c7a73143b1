//! Volleys, ill sites, old passwords.

use super::*;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(minutes * 60).expect("in range")
}

fn claim(host: &str, revision: &str) -> Claim {
    let [counted_at, account, host, revision] = ["contoso", "svc", host, revision].map(str::to_owned);
    Claim { counted_at, account, host, revision }
}

#[derive(Default)]
struct Desk(CredentialGuard);

impl Desk {
    #[track_caller]
    fn go(&mut self, claim: &Claim, minute: i64) -> Ticket {
        match self.0.enter(claim, self.0.known(claim), at(minute)) {
            Entry::Go(ticket) => ticket,
            other => panic!("{claim:?} at {minute}: {other:?}"),
        }
    }

    #[track_caller]
    fn refuse(&mut self, claim: &Claim, minute: i64) {
        let ticket = self.go(claim, minute);
        self.0.refused(claim, ticket, at(minute));
    }

    #[track_caller]
    fn accept(&mut self, claim: &Claim, minute: i64) {
        let ticket = self.go(claim, minute);
        self.0.accepted(claim, ticket);
    }

    #[track_caller]
    fn is_closed(&mut self, claim: &Claim, minute: i64, why: Closed) {
        assert_eq!(self.0.enter(claim, self.0.known(claim), at(minute)), Entry::Closed(why));
        assert_eq!(self.0.is_open(claim, at(minute)), Err(why));
    }
}

#[test]
fn two_attempts_then_pauses_that_double() {
    let (mut desk, one, other) = (Desk::default(), claim("fe1", "1"), claim("fe2", "1"));
    let mut now = 0;
    for pause in [15, 30, 60, 120, 120, 120] {
        desk.refuse(&one, now + 3);
        desk.refuse(&other, now + 3);
        now += 3 + pause;
        desk.is_closed(&one, now - 1, Closed::Until(at(now)));
        desk.is_closed(&claim("fe3", "1"), now - 1, Closed::Until(at(now)));
    }
}

/// The endpoints are asked in the same order each time, and the ill site may come first.
#[test]
fn before_anybody_accepts_each_host_gets_its_chance() {
    let mut desk = Desk::default();
    let (ill, well) = (["a1", "a2", "a3"].map(|host| claim(host, "1")), claim("b", "1"));
    let mut tried = Vec::new();
    for minute in 0..60 {
        let arrived = desk.0.known(&well);
        for one in ill.iter().chain([&well]) {
            if let Entry::Go(ticket) = desk.0.enter(one, arrived, at(minute)) {
                tried.push((minute, one.host.clone()));
                if *one == well {
                    desk.0.accepted(one, ticket);
                } else {
                    desk.0.refused(one, ticket, at(minute));
                }
            }
        }
        if tried.iter().any(|(_, host)| *host == well.host) {
            break;
        }
    }
    let tried: Vec<_> = tried.iter().map(|(minute, host)| (*minute, host.as_str())).collect();
    assert_eq!(tried, [(0, "a1"), (1, "a2"), (16, "a3"), (17, "b")]);
}

/// Where the host itself counts, there is no other to ask first.
#[test]
fn an_account_of_one_machine_is_tried_twice_there() {
    let own = Claim { counted_at: "fe1".to_owned(), ..claim("fe1", "1") };
    let mut desk = Desk::default();
    desk.refuse(&own, 0);
    desk.refuse(&own, 0);
    desk.is_closed(&own, 14, Closed::Until(at(15)));
}

#[test]
fn other_accounts_other_places_and_new_passwords_are_free() {
    let (mut desk, first) = (Desk::default(), claim("fe1", "1"));
    assert!(!desk.0.has_refused(&first));
    desk.refuse(&first, 0);
    assert!(desk.0.has_refused(&first) && !desk.0.has_refused(&claim("fe1", "2")));
    desk.is_closed(&first, 2, Closed::NotHereUntil(at(3)));
    desk.refuse(&claim("fe2", "1"), 0);
    desk.is_closed(&claim("fe3", "1"), 0, Closed::Until(at(15)));
    desk.go(&Claim { counted_at: "fe1".to_owned(), ..first.clone() }, 0);
    desk.go(&Claim { account: "other".to_owned(), ..first.clone() }, 0);
    desk.refuse(&claim("fe1", "2"), 0);
    desk.accept(&claim("fe2", "2"), 0);
    desk.accept(&claim("fe1", "2"), 0);
    assert!(!desk.0.has_refused(&claim("fe1", "2")));
}

#[test]
fn those_who_come_together_wait_for_the_first_and_share_its_refusal() {
    let mut desk = Desk::default();
    let hosts: Vec<Claim> = (0..9).map(|n| claim(&format!("fe{n}"), "1")).collect();
    for (volley, minute) in [(0, 0), (1, 3)] {
        let arrived: Vec<u64> = hosts.iter().map(|one| desk.0.known(one)).collect();
        assert_eq!(arrived, vec![volley; 9]);
        let first = desk.go(&hosts[0], minute);
        assert_eq!(desk.0.enter(&hosts[1], volley, at(minute)), Entry::Wait);
        assert_eq!(desk.0.enter(&hosts[1], volley, at(minute)), Entry::Wait, "woken too early");
        desk.0.refused(&hosts[0], first, at(minute));
        for one in &hosts[1..] {
            let told = desk.0.enter(one, volley, at(minute));
            assert_eq!(told, Entry::Closed(Closed::JustRefused), "who is late to the door too");
        }
    }
    desk.is_closed(&hosts[3], 17, Closed::Until(at(18)));
}

#[test]
fn who_came_to_no_answer_lets_the_next_one_go_and_who_was_accepted_lets_all() {
    let mut desk = Desk::default();
    let (a, b, c) = (claim("a", "1"), claim("b", "1"), claim("c", "1"));
    let first = desk.go(&a, 0);
    assert_eq!(desk.0.enter(&b, 0, at(0)), Entry::Wait);
    desk.0.released(&a, first);
    let second = desk.go(&b, 0);
    desk.0.accepted(&b, second);
    let (one, two) = (desk.go(&b, 0), desk.go(&b, 0));
    assert_ne!(one, two, "both at once, where it was accepted");
    desk.go(&c, 0);
    assert_eq!(desk.0.enter(&c, 0, at(0)), Entry::Wait, "another host has yet to accept it");
}

#[test]
fn a_site_that_refuses_for_its_own_reasons_does_not_shut_out_the_other() {
    let mut desk = Desk::default();
    let (ill, well, third) = (claim("a", "1"), claim("b", "1"), claim("c", "1"));
    desk.refuse(&ill, 0);
    desk.accept(&well, 0);
    desk.refuse(&ill, 1);
    desk.refuse(&ill, 2);
    desk.is_closed(&ill, 3, Closed::Until(at(17)));
    desk.accept(&well, 3);
    desk.accept(&third, 3);
    desk.is_closed(&ill, 4, Closed::Until(at(17)));
    assert!(desk.0.has_refused(&ill) && !desk.0.has_refused(&well));
}

#[test]
fn logins_that_an_accepting_host_refuses_together_count_once() {
    let (mut desk, claim) = (Desk::default(), claim("a", "1"));
    desk.accept(&claim, 0);
    let together: Vec<Ticket> = (0..5).map(|_| desk.go(&claim, 1)).collect();
    together.into_iter().for_each(|ticket| desk.0.refused(&claim, ticket, at(1)));
    desk.refuse(&claim, 2);
    desk.is_closed(&claim, 3, Closed::Until(at(17)));
}

#[test]
fn old_credentials_neither_close_the_gate_for_new_ones_nor_open_it_for_themselves() {
    let mut desk = Desk::default();
    let (old, new) = (claim("a", "1"), claim("a", "2"));
    let late = desk.go(&old, 0);
    desk.refuse(&new, 0);
    desk.0.refused(&old, late, at(0));
    desk.is_closed(&old, 60, Closed::Replaced);
    desk.refuse(&claim("b", "2"), 0);
    desk.is_closed(&new, 14, Closed::Until(at(15)));
    desk.is_closed(&old, 14, Closed::Replaced);
    desk.is_closed(&new, 14, Closed::Until(at(15)));
}
