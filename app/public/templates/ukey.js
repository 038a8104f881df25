// Ask the UKey's service beside the browser to sign our challenge, then post its answer.
// Vendors differ in address and names: this is the place to adapt.
const form = document.getElementById("ukey");
const message = document.getElementById("message");

async function sign() {
  message.textContent = "正在读取 UKey，请在弹出的窗口中输入 PIN 码…";
  try {
    const answer = await fetch(`${form.dataset.service}/sign`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ challenge: form.dataset.challenge }),
    });
    const given = await answer.json();
    form.elements.certificate.value = given.certificate;
    form.elements.signature.value = given.signature;
    form.submit();
  } catch {
    message.textContent = "没有读到 UKey。请插好 UKey，确认其驱动和服务已启动，再点“重试”。";
  }
}

document.getElementById("again").addEventListener("click", sign);
sign();
