// <merke-seal lang="nb" theme="light"><a href="https://…/m/holder">…</a></merke-seal>
// The live seal of a holder: a picture that opens a panel with the facts behind it.
// Until those have come, and wherever they do not, the link inside stands as it is.
(() => {
  const own = new URL(document.currentScript.src).origin;
  const every = 300000;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: inline-block; max-width: 100%; position: relative; text-align: start }
    button { all: unset; box-sizing: border-box; display: block; max-width: 100%; cursor: pointer }
    button:focus-visible, a:focus-visible { outline: 3px solid #1a5fb4; outline-offset: 2px }
    img { display: block; max-width: 100%; height: auto }
    .panel { box-sizing: border-box; position: absolute; z-index: 1000; inset-inline-start: 0;
      top: calc(100% + 6px); width: 360px; max-width: calc(100vw - 32px); padding: 16px;
      font: 16px/1.45 system-ui, sans-serif; color: #1b1a17; background: #fff;
      border: 1px solid #6b6860; overflow-wrap: anywhere }
    .panel.dark { color: #f4f1e8; background: #1b1a17; border-color: #a8a498 }
    .panel[hidden] { display: none }
    p { margin: 0 0 10px } .large { font-size: 18px; font-weight: 600 }
    dl { margin: 0 0 12px; display: grid; grid-template-columns: auto 1fr; gap: 2px 12px }
    dt { opacity: .8 } dd { margin: 0 }
    a { color: inherit; text-underline-offset: 2px }
    .close { display: inline-block; padding: 4px 0; margin-inline-start: 16px;
      text-decoration: underline; text-underline-offset: 2px }
  `);
  const make = (tag, content, ...inside) => {
    const element = document.createElement(tag);
    Object.assign(element, content);
    element.append(...inside);
    return element;
  };
  const from = (value, known) => (known.includes(value) ? value : known[0]);

  customElements.define("merke-seal", class extends HTMLElement {
    connectedCallback() {
      if (!this.shadowRoot) {
        const root = this.attachShadow({ mode: "open" });
        root.adoptedStyleSheets = [sheet];
        root.append(document.createElement("slot"));
        root.addEventListener("keydown", (event) => event.key === "Escape" && this.close?.());
      }
      // The link may not have been read yet when the element is.
      if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", () => this.refresh(), { once: true });
      } else this.refresh();
      this.timer = setInterval(() => document.hidden || this.refresh(), every);
      this.shown = () => document.hidden || this.refresh();
      document.addEventListener("visibilitychange", this.shown);
    }

    disconnectedCallback() {
      clearInterval(this.timer);
      document.removeEventListener("visibilitychange", this.shown);
    }

    address() {
      const link = this.querySelector("a[href]");
      const slug = link && /^\/m\/([a-z0-9-]{3,60})$/.exec(new URL(link.href).pathname);
      if (!slug || new URL(link.href).origin !== own) return null;
      const language = from((this.closest("[lang]")?.lang || "").slice(0, 2), ["nb", "nn", "en"]);
      const theme = from(this.getAttribute("theme"), ["light", "dark", "contrast", "mono"]);
      const shape = from(this.getAttribute("shape"), ["wide", "round"]);
      return `${own}/embed/${slug[1]}/${shape}-${theme}-${language}`;
    }

    async refresh() {
      const address = this.address();
      if (!address) return;
      try {
        const asked = { credentials: "omit", referrerPolicy: "origin" };
        const answer = await fetch(`${address}.json`, asked);
        if (!answer.ok) throw new Error(answer.status);
        const { told, answeredAt } = await answer.json();
        // A picture that the page's own policy refuses leaves the link as it was.
        const picture = make("img", { alt: told.answer, width: told.width, height: told.height });
        await new Promise((done, fail) => {
          picture.onload = done;
          picture.onerror = fail;
          picture.referrerPolicy = "origin";
          // Of a picture that has changed, the page may still hold the one before.
          const changed = this.version && this.version !== told.version;
          picture.src = changed ? `${address}.svg?${told.version}` : `${address}.svg`;
          this.version = told.version;
        });
        const locale = told.language === "en" ? "en-GB" : "nb-NO";
        const style = { dateStyle: "long", timeStyle: "short" };
        told.facts.push([told.answered, new Date(answeredAt).toLocaleString(locale, style)]);
        if (this.isConnected) this.show(told, picture);
      } catch {
        // What was true a while ago is not shown for longer than that.
        this.shadowRoot.replaceChildren(document.createElement("slot"));
      }
    }

    show(told, picture) {
      const root = this.shadowRoot;
      const open = root.querySelector(".panel")?.hidden === false;
      const focused = root.activeElement?.className;
      const button = make("button", { type: "button", className: "seal" }, picture);
      const facts = make("dl", {});
      for (const [label, value] of told.facts) {
        facts.append(make("dt", { textContent: label }), make("dd", { textContent: value }));
      }
      const more = { href: told.page, target: "_blank", rel: "noopener", textContent: told.more };
      const close = make("button", { type: "button", className: "close", textContent: told.close });
      const panel = make(
        "div",
        { className: "panel", id: "panel", hidden: !open, lang: told.language },
        make("p", { className: "large", textContent: told.answer }),
        ...(told.explanation ? [make("p", { textContent: told.explanation })] : []),
        facts,
        make("a", more),
        close,
      );
      panel.setAttribute("role", "group");
      panel.setAttribute("aria-label", told.name);
      panel.classList.toggle("dark", this.getAttribute("theme") === "dark");
      button.setAttribute("aria-controls", "panel");
      const set = (shown) => {
        panel.hidden = !shown;
        button.setAttribute("aria-expanded", String(shown));
      };
      set(open);
      button.onclick = () => set(panel.hidden);
      this.close = () => {
        if (!panel.hidden) {
          set(false);
          button.focus();
        }
      };
      close.onclick = this.close;
      root.replaceChildren(button, panel);
      if (focused) root.querySelector(`.${focused}`)?.focus();
    }
  });
})();
