//! A map of shared values that does not grow without limit: a client can live as long as a server, and
//! meet any number of registries, repositories and token servers.

use std::{
    collections::HashMap,
    convert::Infallible,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Maximum values that nobody uses.
const MAX_UNUSED: usize = 1024;

/// Values by key. From 1,024 values on, adding one drops those that have no other owner.
#[derive(Debug)]
pub(crate) struct SharedMap<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V> SharedMap<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<Arc<V>> {
        self.lock().get(key).cloned()
    }

    /// Returns the value of a key, and creates it if necessary.
    pub(crate) fn get_or_insert(&self, key: K, create: impl FnOnce() -> V) -> Arc<V> {
        match self.get_or_try_insert(key, || Ok::<_, Infallible>(create())) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// The same, if the value can be created.
    pub(crate) fn get_or_try_insert<E>(
        &self,
        key: K,
        create: impl FnOnce() -> Result<V, E>,
    ) -> Result<Arc<V>, E> {
        let mut values = self.lock();
        if let Some(value) = values.get(&key) {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(create()?);
        if values.len() >= MAX_UNUSED {
            values.retain(|_, value| Arc::strong_count(value) > 1);
        }
        values.insert(key, Arc::clone(&value));
        Ok(value)
    }

    pub(crate) fn remove(&self, key: &K) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_nobody_uses_are_dropped_once_there_are_many() {
        let map = SharedMap::default();
        let used: Vec<_> = (0..10).map(|i| map.get_or_insert(i, || i)).collect();
        for i in 10..10 * MAX_UNUSED {
            map.get_or_insert(i, || i);
            assert!(map.lock().len() <= MAX_UNUSED);
        }
        for value in used {
            assert!(Arc::ptr_eq(&value, &map.get(&*value).unwrap()));
        }
        map.remove(&3);
        assert!(map.get(&3).is_none());
    }
}
