// Shows the language that the reader has chosen last in all tabs. Without this script each group of tabs works by itself.

(() => {
    const KEY = 'ocigraph-language';
    const choose = (language) => {
        for (const input of document.querySelectorAll('.tabs > input')) {
            if (input.value === language) input.checked = true;
        }
    };
    try {
        choose(localStorage.getItem(KEY));
    } catch {
        // A browser can forbid pages to store anything.
    }
    document.addEventListener('change', ({ target }) => {
        if (!target.matches('.tabs > input')) return;
        const { top } = target.parentElement.getBoundingClientRect();
        choose(target.value);
        // Other tabs above have changed their height.
        window.scrollBy(0, target.parentElement.getBoundingClientRect().top - top);
        try {
            localStorage.setItem(KEY, target.value);
        } catch {
            // See above.
        }
    });
})();
