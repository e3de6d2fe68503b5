// The desk works without any of this; what stands here makes it quicker.
"use strict";
