/* The same shop in Vue, with the routes of vue-router behind a hash. */
import { createApp, h, ref, watch } from "vue";
import { RouterLink, RouterView, createRouter, createWebHashHistory, useRoute } from "vue-router";

const load = (name) => new Promise((done) => setTimeout(done, 80, `The ${name}`));

const Home = {
  mounted: () => {
    document.title = "Home";
  },
  render: () => h("h1", "Home"),
};

const Product = {
  setup: () => {
    const route = useRoute();
    const title = ref("");
    const show = async (name) => {
      title.value = "";
      const loaded = await load(name);
      if (route.params.name !== name) return;
      title.value = loaded;
      document.title = loaded;
    };
    watch(() => route.params.name, show, { immediate: true });
    return () =>
      title.value
        ? h("article", { "data-sku": route.params.name }, [h("h1", title.value), h("button", { type: "button" }, "Add to cart")])
        : h("p", "Loading");
  },
};

const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/", component: Home },
    { path: "/products/:name", component: Product },
  ],
});

createApp({
  render: () => [
    h("nav", [
      h(RouterLink, { to: "/" }, () => "Home"),
      " ",
      h(RouterLink, { to: "/products/mirror" }, () => "Mirror"),
      " ",
      h(RouterLink, { to: "/products/tripod" }, () => "Tripod"),
    ]),
    h(RouterView),
  ],
})
  .use(router)
  .mount("#app");
