/* Pages of a server, which Turbo fetches and puts in place of one another: the snippet's tag is met on each of them. */
import "@hotwired/turbo";
