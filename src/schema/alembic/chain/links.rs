//! Scripts joined by what they follow.

use std::collections::{BTreeMap, BTreeSet};

use super::Script;

/// Fewest letters of an id that may stand for all of it.
const SHORTEST: usize = 4;

/// What follows what, by position in the scripts.
pub(super) struct Links<'a> {
    /// What each script follows.
    parents: Vec<Vec<usize>>,
    followed: Vec<bool>,
    cyclic: Vec<bool>,
    /// Chain of each script, as the position of one of its scripts.
    chains: Vec<usize>,
    /// What each script says it follows or needs and nothing is.
    pub(super) missing: Vec<Vec<String>>,
    /// Branch labels of each script, its own or those it follows.
    pub(super) labels: Vec<BTreeSet<&'a str>>,
    /// Labels of a script that has none.
    pub(super) no_labels: BTreeSet<&'a str>,
}

/// The folder of a path.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl<'a> Links<'a> {
    pub(super) fn of(scripts: &'a [Script]) -> Self {
        let names = Names::of(scripts);
        let mut links = Self {
            parents: Vec::new(),
            followed: vec![false; scripts.len()],
            cyclic: vec![false; scripts.len()],
            chains: Vec::new(),
            missing: Vec::new(),
            labels: vec![BTreeSet::new(); scripts.len()],
            no_labels: BTreeSet::new(),
        };
        let mut needed = Vec::new();
        for script in scripts {
            let (parents, mut missing) = names.resolve(&script.path, &script.down_revisions);
            let (needs, unknown) = names.resolve(&script.path, &script.depends_on);
            for parent in &parents {
                links.followed.get_mut(*parent).into_iter().for_each(|followed| *followed = true);
            }
            missing.extend(unknown);
            links.parents.push(parents);
            links.missing.push(missing);
            needed.push(needs);
        }
        links.join(scripts, &needed);
        links.walk(scripts, &needed);
        links
    }

    /// Whether another follows it.
    pub(super) fn is_followed(&self, at: usize) -> bool {
        self.followed.get(at).copied().unwrap_or_default()
    }

    /// Whether it follows itself, over others or not.
    pub(super) fn is_in_cycle(&self, at: usize) -> bool {
        self.cyclic.get(at).copied().unwrap_or_default()
    }

    /// Which chain it is part of.
    pub(super) fn chain_of(&self, at: usize) -> usize {
        self.chains.get(at).copied().unwrap_or(at)
    }

    /// Puts into one chain what hangs together or shares a folder.
    fn join(&mut self, scripts: &[Script], needed: &[Vec<usize>]) {
        let mut sets = Sets((0..scripts.len()).collect());
        let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, script) in scripts.iter().enumerate() {
            sets.join(at, *folders.entry(folder(&script.path)).or_insert(at));
            let joined = self.parents.get(at).into_iter().chain(needed.get(at)).flatten();
            for other in joined {
                sets.join(at, *other);
            }
        }
        self.chains = (0..scripts.len()).map(|at| sets.root(at)).collect();
    }

    /// Goes through the scripts from the first on: hands labels down, and finds what cannot be reached.
    fn walk(&mut self, scripts: &'a [Script], needed: &[Vec<usize>]) {
        let mut waiting = vec![0_usize; scripts.len()];
        let mut children = vec![Vec::new(); scripts.len()];
        for (at, parents) in self.parents.iter().enumerate() {
            for parent in parents.iter().chain(needed.get(at).into_iter().flatten()) {
                waiting.get_mut(at).into_iter().for_each(|count| *count += 1);
                children.get_mut(*parent).into_iter().for_each(|list: &mut Vec<usize>| list.push(at));
            }
        }
        let mut ready: Vec<usize> = (0..scripts.len()).filter(|at| waiting.get(*at) == Some(&0)).collect();
        let mut reached = vec![false; scripts.len()];
        while let Some(at) = ready.pop() {
            reached.get_mut(at).into_iter().for_each(|reached| *reached = true);
            self.label(scripts, at);
            for child in children.get(at).into_iter().flatten() {
                let Some(count) = waiting.get_mut(*child) else { continue };
                *count -= 1;
                if *count == 0 {
                    ready.push(*child);
                }
            }
        }
        self.cyclic = trim(&children, reached.iter().map(|reached| !reached).collect());
    }

    fn label(&mut self, scripts: &'a [Script], at: usize) {
        let own = scripts.get(at).into_iter().flat_map(|script| &script.branch_labels);
        let mut labels: BTreeSet<&str> = own.map(String::as_str).collect();
        if labels.is_empty() {
            let parents = self.parents.get(at).into_iter().flatten();
            labels = parents.filter_map(|parent| self.labels.get(*parent)).flatten().copied().collect();
        }
        self.labels.get_mut(at).into_iter().for_each(|place| place.clone_from(&labels));
    }
}

/// Takes from what no beginning reaches what only hangs on a circle.
fn trim(children: &[Vec<usize>], mut within: Vec<bool>) -> Vec<bool> {
    let inside = |within: &[bool], at: usize| within.get(at).copied().unwrap_or_default();
    let mut parents = vec![Vec::new(); children.len()];
    let mut count = vec![0_usize; children.len()];
    for (at, list) in children.iter().enumerate() {
        for child in list.iter().filter(|child| inside(&within, **child) && inside(&within, at)) {
            parents.get_mut(*child).into_iter().for_each(|list: &mut Vec<usize>| list.push(at));
            count.get_mut(at).into_iter().for_each(|count| *count += 1);
        }
    }
    let mut ends: Vec<usize> =
        (0..children.len()).filter(|at| inside(&within, *at) && count.get(*at) == Some(&0)).collect();
    while let Some(end) = ends.pop() {
        within.get_mut(end).into_iter().for_each(|inside| *inside = false);
        for parent in parents.get(end).into_iter().flatten() {
            let Some(left) = count.get_mut(*parent) else { continue };
            *left -= 1;
            if *left == 0 {
                ends.push(*parent);
            }
        }
    }
    within
}

/// Scripts by what they can be called.
struct Names<'a> {
    scripts: &'a [Script],
    ids: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Names<'a> {
    fn of(scripts: &'a [Script]) -> Self {
        let mut ids: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, script) in scripts.iter().enumerate() {
            for name in std::iter::once(&script.revision).chain(&script.branch_labels) {
                ids.entry(name).or_default().push(at);
            }
        }
        Self { scripts, ids }
    }

    /// Scripts of the names given, and the names of which there is none.
    fn resolve(&self, path: &str, names: &[String]) -> (Vec<usize>, Vec<String>) {
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for name in names {
            match self.find(path, name) {
                Some(at) => found.push(at),
                None => missing.push(name.clone()),
            }
        }
        (found, missing)
    }

    /// The script of a name, or of the beginning of one: the one nearest to the path where several chains use it.
    fn find(&self, path: &str, name: &str) -> Option<usize> {
        let name = name.rsplit_once('@').map_or(name, |(_, name)| name);
        let nearest = |places: &[usize]| {
            let shared = |at: &usize| self.scripts.get(*at).map_or(0, |script| common(&script.path, path));
            places.iter().copied().max_by_key(shared)
        };
        if let Some(exact) = self.ids.get(name) {
            return nearest(exact);
        }
        if name.len() < SHORTEST {
            return None;
        }
        let mut longer = self.ids.range(name..).take_while(|(id, _)| id.starts_with(name));
        let (_, places) = longer.next()?;
        if longer.next().is_some() { None } else { nearest(places) }
    }
}

/// How many folders two paths begin with alike.
fn common(left: &str, right: &str) -> usize {
    let (left, right) = (folder(left).split('/'), folder(right).split('/'));
    let same = left.clone().zip(right.clone()).take_while(|(left, right)| left == right).count();
    // The very same folder is nearer than one below it.
    same * 2 + usize::from(left.eq(right))
}

/// Sets that grow together.
struct Sets(Vec<usize>);

impl Sets {
    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&above) = self.0.get(at).filter(|above| **above != at) {
            let top = self.0.get(above).copied().unwrap_or(above);
            self.0.get_mut(at).into_iter().for_each(|place| *place = top);
            at = above;
        }
        at
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        let (low, high) = (left.min(right), left.max(right));
        self.0.get_mut(high).into_iter().for_each(|place| *place = low);
    }
}
