"""Prints the values that loss/tests.rs compares with. Run with PyTorch 2."""

import torch
import torch.nn.functional as F

torch.set_printoptions(precision=8)
raw = torch.tensor([[1.5, -0.3, 0.2], [-2.0, 0.7, 3.1], [0.0, 0.4, -1.2], [8.0, -7.5, 0.1]])
codes = torch.tensor([0, 2, 1, 1])
weights = torch.tensor([0.5, 2.0, 1.25])
z = torch.tensor([[-3.0], [0.5], [40.0], [-90.0]])
y = torch.tensor([[0.0], [1.0], [1.0], [1.0]])
pred = torch.tensor([[0.5], [-1.0], [3.0], [2.0]])
num = torch.tensor([[0.4], [1.5], [-0.5], [2.0]])
labels = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])


def show(name, loss, leaf):
    (grad,) = torch.autograd.grad(loss, leaf)
    print(f'("{name}", {loss.item():.8f}, &{[round(v, 8) for v in grad.flatten().tolist()]}),')


def softmax(name, **kw):
    x = raw.clone().requires_grad_()
    show(name, F.cross_entropy(x, codes, **kw), x)


softmax("softmax")
softmax("softmax_weights", weight=weights)
softmax("softmax_smoothing", label_smoothing=0.1)
softmax("softmax_weights_smoothing", weight=weights, label_smoothing=0.2)

x = raw.clone().requires_grad_()
p = F.softmax(x, 1).gather(1, codes[:, None])[:, 0]
show("softmax_focal", ((1 - p) ** 2 * F.cross_entropy(x, codes, reduction="none")).mean(), x)

x = z.clone().requires_grad_()
show("logistic", F.binary_cross_entropy_with_logits(x, y), x)
x = z.clone().requires_grad_()
w = torch.where(y > 0.5, 3.0, 0.5)
show("logistic_weights", (w * F.binary_cross_entropy_with_logits(x, y, reduction="none")).sum() / w.sum(), x)
x = z.clone().requires_grad_()
show("logistic_smoothing", F.binary_cross_entropy_with_logits(x, y * 0.9 + 0.05), x)
x = z.clone().requires_grad_()
p = torch.sigmoid(x)
pt = torch.where(y > 0.5, p, 1 - p)
show("logistic_focal", ((1 - pt) ** 2 * F.binary_cross_entropy_with_logits(x, y, reduction="none")).mean(), x)

x = raw.clone().requires_grad_()
show("labels", F.binary_cross_entropy_with_logits(x, labels), x)
for name, loss in [("squared", F.mse_loss), ("absolute", F.l1_loss)]:
    x = pred.clone().requires_grad_()
    show(name, loss(x, num), x)
x = pred.clone().requires_grad_()
show("huber", F.huber_loss(x, num, delta=1.5), x)

x = raw.clone().requires_grad_()
q = torch.cumsum(torch.cat([x[:, :1], F.softplus(x[:, 1:])], 1), 1)
e = num - q
level = torch.tensor([[0.1, 0.5, 0.9]])
show("quantiles", torch.maximum(level * e, (level - 1) * e).mean(), x)
