/* Five pages, one build: everything is a file of our own origin (no inline scripts, styles or data:
 * addresses), so the server can send a strict Content-Security-Policy. */
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        portal: "index.html",
        proctor: "proctor.html",
        exam: "exam.html",
        review: "review.html",
        support: "support.html",
      },
    },
  },
  worker: { format: "es" },
});
