//! On which page a type is described: that of the resource whose operations answer or take it most, or of the type
//! that has it in it.

use crate::model::{Api, Operation};

/// The position of the resource at home for each type.
pub(super) struct Homes(Vec<Option<usize>>);

impl Homes {
    pub(super) fn of(api: &Api) -> Self {
        let mut uses = vec![vec![0_usize; api.resources.len()]; api.types.len()];
        for (position, resource) in api.resources.iter().enumerate() {
            for operation in resource.operations.iter().filter_map(|index| api.operations.get(*index)) {
                for id in direct(operation) {
                    if let Some(count) = uses.get_mut(id).and_then(|uses| uses.get_mut(position)) {
                        *count += 1;
                    }
                }
            }
        }
        let mut homes: Vec<Option<usize>> = uses.iter().map(|uses| most(uses)).collect();
        // What is inside of a type stands where that does, and so on.
        loop {
            let mut changed = false;
            for (id, def) in api.types.iter().enumerate() {
                let Some(home) = homes.get(id).copied().flatten() else { continue };
                for inner in def.inner() {
                    if let Some(slot) = homes.get_mut(inner).filter(|slot| slot.is_none()) {
                        *slot = Some(home);
                        changed = true;
                    }
                }
            }
            if !changed {
                return Self(homes);
            }
        }
    }

    /// All types on one page.
    pub(super) fn here(api: &Api) -> Self {
        Self(vec![Some(0); api.types.len()])
    }

    pub(super) fn position(&self, id: usize) -> Option<usize> {
        self.0.get(id).copied().flatten()
    }
}

/// The types that an operation itself answers or takes.
fn direct(operation: &Operation) -> Vec<usize> {
    let answer = operation.output.definition();
    answer.into_iter().chain(operation.all_arguments().filter_map(|it| it.ty.definition())).collect()
}

/// The resource with the most uses, the first of several.
fn most(uses: &[usize]) -> Option<usize> {
    let best = uses.iter().copied().max().filter(|best| *best > 0)?;
    uses.iter().position(|count| *count == best)
}
