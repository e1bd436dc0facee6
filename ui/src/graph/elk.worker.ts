/** ELK on a thread of its own: the file that is imported answers messages by itself. */

import "elkjs/lib/elk-worker.min.js";
